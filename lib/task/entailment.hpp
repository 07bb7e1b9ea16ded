// Any labels for a text, without examples: a model of natural language inference tells whether the
// text entails "This example is LABEL.".
// Source: Yin et al. 2019, arXiv:1909.00161; the reference's zero-shot classification pipeline.
// Legend: B texts, C labels.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/inputs.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

struct EntailmentOptions {
  std::vector<std::string> labels;  // [C]
  std::string hypothesis = "This example is {}.";
  bool multi_label = false;  // each label for itself; so is a single one
  FitOptions fit{.fit = Fit::window};
};

// A text with each label's hypothesis.  Made and read by EntailmentClassifier.
struct Premise {
  std::vector<SplitInput> pairs;  // [C], all of the same windows
  bool truncated = false;
};

class EntailmentClassifier {
 public:
  // `model` and `tokenizer` outlive this.
  // Throws Error{model} without sequence classification head, or where no label of it begins with
  // `entail`; Error{usage} where the hypothesis has not one `{}`, and for a window that the model
  // does not take.
  EntailmentClassifier(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                       const EntailmentOptions& options);

  const std::vector<std::string>& labels() const { return options_.labels; }

  // `text` is valid UTF-8.  Throws Error{data} where it is too long, or the longest hypothesis
  // leaves it no room.
  Premise prepare(std::string_view text) const;

  // [B][C] scores: softmax over the labels' entailment logits; with multi_label softmax over a
  // label's entailment and contradiction.  Of a text in windows the mean of the windows' scores,
  // each weighted by the tokens that have most context in it.
  std::vector<std::vector<double>> operator()(std::span<const Premise> texts,
                                              model::Workspace& workspace) const;

 private:
  const model::Model& model_;
  const tokenizer::Tokenizer& tokenizer_;
  EntailmentOptions options_;
  std::int64_t limit_;
  std::size_t entailment_ = 0, contradiction_ = 0;  // labels of the model
  std::vector<std::string> hypotheses_;             // [C]
};

}  // namespace nlp::task
