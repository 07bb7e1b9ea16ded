// What a picture of attention shows: heads by themselves, their mean, and how attention flows
// through all layers.  Rows are the tokens that look, columns those that are looked at.
// Legend: L layers, A heads, T tokens.
#pragma once
#include <span>

#include "tensor/tensor.hpp"

namespace nlp::task {

// [T,T]: one head of `attention` [A,T,T].
tensor::Tensor attention_head(const tensor::Tensor& attention, std::int64_t head);

// [T,T]: the mean over the heads of `attention` [A,T,T].
tensor::Tensor mean_attention(const tensor::Tensor& attention);

// [T,T]: how much of each token (column) has come to each place (row) behind the last of the
// layers, the first one first: the product of 0.5 mean over heads + 0.5 identity, each row divided
// by its sum.  The identity is the residual connection.  Computed in double.
// Source: Abnar and Zuidema 2020, arXiv:2005.00928, section 3, "attention rollout".
tensor::Tensor attention_rollout(std::span<const tensor::Tensor> attention /*[L] of [A,T,T]*/);

}  // namespace nlp::task
