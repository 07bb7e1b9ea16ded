// Activations with their derivatives, gated ones too.
//   dst = f(src), derivative = f'(src);  diff_src = diff_dst * derivative
//   gated, src = [a, b]: dst = f(a) * b, derivative = [f'(a) * b, f(a)]
// Sources: as dnn/activation.hpp; gates: Shazeer 2020, arXiv:2002.05202.
// Legend: N rows, F feed-forward.
#pragma once
#include <span>

#include "dnn/activation.hpp"
#include "dnn/stored_rows.hpp"

namespace nlp::dnn {

// dst becomes [N,F] and derivative [N,F] of the type, of src [N,F].
void activate_forward(Activation activation, ComputeType type, ConstMatrix src, StoredRows& dst,
                      StoredRows& derivative);

// dst becomes [N,F] and derivative [N,2F] of the type, of src [N,2F].
void activate_gated_forward(Activation activation, ComputeType type, ConstMatrix src,
                            StoredRows& dst, StoredRows& derivative);

// diff_src becomes diff_dst [N,F] * derivative, [N,F] or [N,2F] as the derivative is.
// sums: empty, or sums[k] += the sum of diff_src's column k, in the order of rows.
void activate_backward(ConstMatrix diff_dst, const StoredRows& derivative, StoredRows& diff_src,
                       std::span<float> sums);

}  // namespace nlp::dnn
