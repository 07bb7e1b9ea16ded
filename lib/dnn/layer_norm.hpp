// Layer normalisation over the last axis, with the residual sum before it.
//   dst[n,:] = (x[n,:] - mean[n]) / sqrt(variance[n] + epsilon) * scale + shift,
//   x = src, or src + residual; biased variance.
// Source: Ba, Kiros, Hinton 2016, arXiv:1607.06450, section 3 (epsilon is ours; BERT uses 1e-12).
// Not centered, the mean counts as 0 (RMS norm): Zhang, Sennrich 2019, arXiv:1910.07467.
// Legend: N rows, H hidden.
#pragma once
#include <span>

#include "dnn/matrix.hpp"

namespace nlp::dnn {

struct LayerNorm {
  tensor::Tensor scale;  // [H]
  tensor::Tensor shift;  // [H]
  float epsilon = 1e-12f;
  bool centered = true;
};

// dst [N,H] <- src [N,H]; dst may be src.  A row depends on itself only.
void layer_norm(const LayerNorm& norm, ConstMatrix src, Matrix dst);

// dst [N,H] <- src + residual, normalised; dst may be either.
void add_layer_norm(const LayerNorm& norm, ConstMatrix src, ConstMatrix residual, Matrix dst);

}  // namespace nlp::dnn
