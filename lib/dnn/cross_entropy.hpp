// The loss of a choice among classes, and its gradient.
//   loss[n] = log(sum of exp logits[n,:]) - sum over c of target[n,c] * logits[n,c]
//   target: 1 - smoothing for the label, and smoothing / classes for each class
//   diff[n,c] = (softmax(logits[n,:])[c] - target[n,c]) * weight
// Source: Szegedy et al. 2015, arXiv:1512.00567, section 7 (smoothing).
// Legend: N rows, V classes.
#pragma once
#include <cstdint>
#include <span>

#include "dnn/stored_rows.hpp"

namespace nlp::dnn {

struct CrossEntropy {
  float smoothing = 0;
  float weight = 1;  // of every row in the gradient
  // [V], or empty: a class with 1 is not a choice; its logit counts for nothing.
  std::span<const std::uint8_t> absent = {};
};

// losses [N] and diff [N,V] of its type <- logits [N,V], labels [N] in [0,V).
// diff must have this size; where it is float32 its values may be the logits'.
void cross_entropy(const CrossEntropy& options, ConstMatrix logits,
                   std::span<const std::int32_t> labels, std::span<float> losses, StoredRows& diff,
                   std::int64_t first_row = 0);

}  // namespace nlp::dnn
