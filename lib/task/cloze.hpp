// Any labels for a text, without examples: a masked language model fills "This is about [MASK]."
// behind it, and each label is as likely as its words are there.
// Source: Schick and Schütze 2021, arXiv:2001.07676, without training.
// Legend: B texts, C labels.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/place_scorer.hpp"
#include "task/windows.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

struct ClozeOptions {
  std::vector<std::string> labels;                  // [C]
  std::string statement = "This is about [MASK].";  // the place: [MASK], the model's mask, or {}
  FitOptions fit{.fit = Fit::window};
};

// A text ready to be classified.  Made and read by ClozeClassifier.
struct ClozeText {
  std::vector<std::int32_t> ids;
  std::vector<Window> windows;  // of ids; the statement stands behind each
  bool truncated = false;
};

class ClozeClassifier {
 public:
  // `model` and `tokenizer` outlive this.
  // Throws Error{model} where there is no masked-LM head or no mask token; Error{usage} where the
  // statement has not one place for the label, or leaves no room for a text, and for a window that
  // the model does not take; Error{data} for a label that the vocabulary has no pieces for.
  ClozeClassifier(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                  const ClozeOptions& options);

  const std::vector<std::string>& labels() const { return labels_; }

  // `text` is valid UTF-8.  Throws Error{data} where it is too long.
  ClozeText prepare(std::string_view text) const;

  // [B][C] scores: the probabilities of the labels' words, made to add up to 1.  A label of n
  // tokens takes n masks and is scored whole, see fill_search.hpp.  Of a text in windows the mean
  // of the windows' scores, each weighted by the tokens that have most context in it.
  std::vector<std::vector<double>> operator()(std::span<const ClozeText> texts,
                                              model::Workspace& workspace) const;

 private:
  void read_statement(std::string statement);
  FitOptions room(const FitOptions& fit, std::int64_t limit) const;

  const tokenizer::Tokenizer& tokenizer_;
  std::vector<std::string> labels_;
  std::int32_t mask_id_;
  PlaceScorer scorer_;
  std::vector<std::int32_t> statement_;            // ids, behind a text
  std::size_t mask_ = 0;                           // its place in them
  std::vector<std::vector<std::int32_t>> pieces_;  // [C]
  Fitter fitter_;                                  // of the text beside the statement
};

}  // namespace nlp::task
