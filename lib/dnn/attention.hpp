// Scaled dot-product attention of one text, all heads.
//   dst[i, head h] = sum over j of P[h,i,j] * v[j,h],   P[h,i,:] = softmax(q[i,h] · k[:,h] * scale)
// Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1.
// The T x T matrix is never held: a few queries at a time see all keys, so memory is linear in T.
// Legend: T tokens, A heads, D head size, H = A * D.
#pragma once
#include <cstdint>

#include "dnn/device.hpp"
#include "dnn/matrix.hpp"

namespace nlp::dnn {

struct AttentionShape {
  std::int64_t heads = 0;      // A
  std::int64_t head_size = 0;  // D
  float scale = 1;             // 1 / sqrt(D) in BERT
};

// dst [T,H] <- qkv [T,3H], a row holding query, key and value behind each other.
// probabilities: [A,T,T], or nullptr when they are not wanted.
// A text's rows depend on that text only, to the last bit.
void attention(const AttentionShape& shape, ConstMatrix qkv, Matrix dst, Workspace& workspace,
               float* probabilities = nullptr);

}  // namespace nlp::dnn
