// Vocabulary logits of single rows of model inputs, which are packed into batches.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "model/model.hpp"

namespace nlp::task {

class RowScorer {
 public:
  // Called with the logits [V] of a row, and what want() was told of it; they are gone after the
  // call.
  using Use = std::function<void(std::size_t sequence, std::size_t position,
                                 std::span<const float> logits)>;

  // All outlive this.  `model` has a masked-LM head.
  RowScorer(const model::Model& model, std::int64_t batch_tokens, const Use& use,
            model::Workspace& workspace)
      : model_(model), batch_tokens_(batch_tokens), use_(use), workspace_(workspace) {}

  // Where the next input is put.
  model::Batch& batch() { return batch_; }
  // Asks for a row of the last input; only such rows pass the output matrix.
  void want(std::int64_t row, std::size_t sequence, std::size_t position);

  // Computes once the batch holds batch_tokens; called behind each input.
  void compute_if_full();
  // Computes what is left.
  void finish();

 private:
  const model::Model& model_;
  std::int64_t batch_tokens_;
  const Use& use_;
  model::Workspace& workspace_;
  model::Batch batch_;
  std::vector<std::int64_t> rows_;
  std::vector<std::pair<std::size_t, std::size_t>> wanted_;  // of each row: sequence, position
  model::Encoded encoded_;
  tensor::Tensor logits_;
};

}  // namespace nlp::task
