// Layer normalisation with its gradients; see dnn/layer_norm.hpp for what it computes.
//   unit[n,:] = (x[n,:] - mean[n]) * factor[n],  dst = unit * scale + shift,  x = src + residual
//   diff_x = factor * (g - mean(g) - unit * mean(g * unit)),  g = diff_dst * scale
// Where norms are not centered (RMS norm) both means of the first kind are 0.
// Source: Ba, Kiros, Hinton 2016, arXiv:1607.06450, section 3, and its derivative.
// Legend: N rows, H hidden.
#pragma once
#include <span>

#include "dnn/matrix.hpp"

namespace nlp::dnn {

struct NormParameters {
  const float* scale = nullptr;  // [H]
  const float* shift = nullptr;  // [H], or null: none
  float epsilon = 1e-12f;
  bool centered = true;
};

// unit [N,H], factors [N] and dst [N,H] <- src [N,H] (+ residual [N,H], unless its data is null).
// dst may be src or the residual.
void norm_forward(const NormParameters& norm, ConstMatrix src, ConstMatrix residual, Matrix unit,
                  std::span<float> factors, Matrix dst);

// diff_src [N,H] is overwritten and may be diff_dst; diff_scale and diff_shift [H] are added to, in
// the order of rows.  diff_shift may be empty.
void norm_backward(const NormParameters& norm, ConstMatrix diff_dst, ConstMatrix unit,
                   std::span<const float> factors, Matrix diff_src, std::span<float> diff_scale,
                   std::span<float> diff_shift);

}  // namespace nlp::dnn
