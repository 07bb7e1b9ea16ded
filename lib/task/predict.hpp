// The heads of a checkpoint on the rows of one encoding, and the loss of what they say.
// Legend: T tokens, H hidden, V vocabulary, C labels.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/model.hpp"
#include "tensor/tensor.hpp"

namespace nlp::task {

// What a checkpoint is made to predict: the heads that its `architectures` name and its weights
// have, else the first it has weights for.  Two heads for a pre-training model.
// Throws Error{model} where there is none.
std::vector<model::Head> heads_of(const model::Model& model);

struct HeadLogits {
  model::Head head;
  tensor::Tensor logits;  // [rows,V], [T,C], [1,C], [T,2] or [1,2], as the head has
};

// A text-wide head (sequence classification, next sentence) reads the first row.
// src [T,H] is the output of the last layer; `rows` are those whose words are predicted.
std::vector<HeadLogits> run_heads(const model::Model& model, std::span<const model::Head> heads,
                                  const tensor::Tensor& src, std::span<const std::int64_t> rows,
                                  model::Workspace& workspace);

// Whether a head reads one row for the whole text.
bool is_text_wide(model::Head head);

// Mean of -log softmax(logits[k])[labels[k]] over labels >= 0; absent where there is none.
// Throws Error{data} for a label that has no logit.
std::optional<double> mean_cross_entropy(const tensor::Tensor& logits,
                                         std::span<const std::int32_t> labels);

}  // namespace nlp::task
