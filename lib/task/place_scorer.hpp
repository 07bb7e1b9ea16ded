// Vocabulary logits of single places of token sequences: only those rows pass the output matrix.
#pragma once
#include <cstdint>
#include <span>

#include "model/model.hpp"
#include "task/fill_search.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

// What to do with a sequence that is longer than a model input.
enum class Fit { error, truncate, window };

struct FitOptions {
  Fit fit = Fit::error;
  std::int64_t window = 0;    // tokens of an input, template included; 0: what the model takes
  std::int64_t overlap = -1;  // tokens two windows share; -1: half of what a window holds
  std::int64_t batch_tokens = 4096;  // tokens computed at once; no result depends on it
};

class PlaceScorer {
 public:
  // `model` and `tokenizer` outlive this.  Throws Error{model} without masked-LM head, Error{usage}
  // for a window the model does not take or an overlap that leaves no step.
  PlaceScorer(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
              const FitOptions& options);

  // Tokens of one input, without template.
  std::int64_t capacity() const { return capacity_; }

  // Logits [V] of every place.  Under `window` a place is read in the window where it has most
  // context; under `truncate` what stands behind capacity() is dropped.
  // Throws Error{data} for a longer sequence under `error`, or a place that was dropped.
  void operator()(std::span<const Places> places, const UseLogits& use,
                  model::Workspace& workspace) const;

 private:
  const model::Model& model_;
  const tokenizer::Tokenizer& tokenizer_;
  FitOptions options_;
  std::int64_t capacity_;
};

}  // namespace nlp::task
