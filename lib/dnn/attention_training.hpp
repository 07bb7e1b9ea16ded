// Scaled dot-product attention of one text with its gradients; see dnn/attention.hpp for what it
// computes.  Probabilities may be dropped.  They are not kept but computed again on the way back.
//   P = softmax(scale q·k), R = P with dropout, dst = R v
//   diff_v = Rᵀ diff_dst,  diff_R = diff_dst · v,  diff_P = diff_R with the same dropout
//   diff_S = scale P (diff_P - sum over j of P diff_P),  diff_q = diff_S k,  diff_k = diff_Sᵀ q
// Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1, and its derivative.
// Legend: T queries, S keys, A heads, D head size.
#pragma once
#include <cstdint>
#include <span>

#include "dnn/attention.hpp"
#include "dnn/dropout.hpp"

namespace nlp::dnn {

struct AttentionForTraining {
  AttentionShape shape;
  // [T]: which keys' positions the queries have; empty: query i stands at position i.
  std::span<const std::int32_t> positions = {};
  Dropout dropout = {};  // its key tells texts apart
};

// dst [T,A*D] <- query [T,A*D], key and value [S,A*D].
void attention_forward(const AttentionForTraining& call, ConstMatrix query, ConstMatrix key,
                       ConstMatrix value, Matrix dst, Workspace& workspace);

// diff_query [T,A*D], diff_key and diff_value [S,A*D] are overwritten.
void attention_backward(const AttentionForTraining& call, ConstMatrix query, ConstMatrix key,
                        ConstMatrix value, ConstMatrix diff_dst, Matrix diff_query, Matrix diff_key,
                        Matrix diff_value, Workspace& workspace);

}  // namespace nlp::dnn
