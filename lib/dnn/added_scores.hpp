// Attention with an array of numbers added to its scores: any mask.
// Legend: T queries, S keys, A heads.
#pragma once
#include <cstdint>
#include <span>

#include "dnn/attention.hpp"

namespace nlp::dnn {

// The number of head h, query i and key j stands at h * head_step + i * query_step + j * key_step;
// -infinity hides the key.  A step of 0 repeats an axis.  Queries count from shape.query_start.
struct AddedScores {
  const float* values = nullptr;
  std::int64_t head_step = 0, query_step = 0, key_step = 1;
};

// attention() with `scores` as its term.  A query that sees no key gets zeros, and zeros for
// probabilities, as in PyTorch's scaled_dot_product_attention.
void attention(const AttentionShape& shape, ConstMatrix query, ConstMatrix key, ConstMatrix value,
               Matrix dst, Workspace& workspace, const AddedScores& scores,
               float* probabilities = nullptr);

}  // namespace nlp::dnn
