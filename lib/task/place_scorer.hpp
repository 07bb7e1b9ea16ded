// Vocabulary logits of single places of token sequences: only those rows pass the output matrix.
#pragma once
#include <cstdint>
#include <span>

#include "model/model.hpp"
#include "task/fill_search.hpp"
#include "task/windows.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

class PlaceScorer {
 public:
  // `model` and `tokenizer` outlive this.  Throws Error{model} without masked-LM head, and what
  // Fitter throws.
  PlaceScorer(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
              const FitOptions& options);

  const Fitter& fitter() const { return fitter_; }

  // Logits [V] of every place, each read in the window that owns it.
  // Throws Error{data} for a sequence that is too long under `error`, or a place that `truncate`
  // cuts off.
  void operator()(std::span<const Places> places, const UseLogits& use,
                  model::Workspace& workspace) const;

 private:
  const model::Model& model_;
  const tokenizer::Tokenizer& tokenizer_;
  Fitter fitter_;
};

}  // namespace nlp::task
