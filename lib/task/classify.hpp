// What a sequence classification model says of texts and of pairs of texts.
// Legend: B texts, C labels.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/inputs.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

// How logits become scores.
enum class ScoreFunction {
  softmax,  // one label is right
  sigmoid,  // each label for itself
  none,     // regression: the logits are the values
};

// Source: the reference's text classification function: regression is left alone; several labels at
// once, or one label alone, take the sigmoid; else softmax.
ScoreFunction score_function(const model::Config& config);

// scores [C] <- logits [C], in double.
void apply(ScoreFunction function, std::span<const float> logits, std::span<double> scores);

// The labels [C] by score, best first, the first of equals first.
std::vector<std::size_t> best_first(std::span<const double> scores);

class Classifier {
 public:
  // `model` and `tokenizer` outlive this.
  // Throws Error{model} without sequence classification head, Error{usage} for a window that the
  // model does not take.
  Classifier(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
             const FitOptions& options = {.fit = Fit::window});

  const std::vector<std::string>& labels() const { return model_.config().labels; }

  // The model inputs of a text, or a pair; valid UTF-8.  Of a pair the longer text is read in
  // windows.  Throws Error{data} for a text that is too long.
  SplitInput prepare(std::string_view text, std::optional<std::string_view> pair = {}) const;

  // [B][C] scores.  Of a text in windows the mean of the windows' scores, each weighted by the
  // tokens that have most context in it.  A text's scores do not depend on the others.
  std::vector<std::vector<double>> operator()(std::span<const SplitInput> texts,
                                              model::Workspace& workspace) const;

 private:
  const model::Model& model_;
  const tokenizer::Tokenizer& tokenizer_;
  FitOptions options_;
  std::int64_t limit_;
  ScoreFunction function_;
};

}  // namespace nlp::task
