// Scaled dot-product attention of arrays of any leading axes (texts, heads), with any mask.
// Source: as attention.hpp; masks and axes as PyTorch's scaled_dot_product_attention has them.
// Legend: T queries, S keys, A heads, D head size, M width of a head's values.
#pragma once
#include <cstdint>
#include <optional>

#include "dnn/device.hpp"
#include "tensor/tensor.hpp"

namespace nlp::dnn {

struct ArrayAttentionOptions {
  std::int64_t heads = 0;           // A side by side in the last axis; 0: it is one head
  bool causal = false;              // query i sees the keys 0 to i
  std::optional<float> scale = {};  // absent: 1 / sqrt(D)
  bool weights = true;              // wanted; without them memory is linear in T
  int threads = 1;                  // each takes texts; results do not depend on it
  AttentionOptions attention = {};
};

struct AttendedArrays {
  tensor::Tensor output;   // […,T,M] or […,T,A*M]
  tensor::Tensor weights;  // […,T,S] or […,A,T,S]; empty where they are not wanted
};

// query […,T,D], key […,S,D], value […,S,M]; with heads A*D and A*M.
// mask: null, or what is added to the scaled scores: of the shape of the weights, or one that
// broadcasts to it as NumPy's arrays do; -infinity hides a key.  A query that sees none gets zeros.
// Throws Error{data} where shapes do not fit.
AttendedArrays attend(const Device& device, const tensor::Tensor& query, const tensor::Tensor& key,
                      const tensor::Tensor& value, const tensor::Tensor* mask,
                      const ArrayAttentionOptions& options = {});

}  // namespace nlp::dnn
