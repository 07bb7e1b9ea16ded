// Rows on their way into a product of narrow numbers, and its sums on their way out.
// Legend: N rows, K inputs, M outputs.
#pragma once
#include <cstdint>
#include <span>

#include "dnn/activation.hpp"
#include "dnn/matrix.hpp"

namespace nlp::dnn {

// dst [N,K] bfloat16, rows behind each other <- src [N,K], rounded to the nearest, ties to even.
void round_to_bf16(ConstMatrix src, std::uint16_t* dst);

// How a row was written with 8 bits: value = scale * (byte - zero).
struct RowScale {
  float scale;
  float zero;  // an integer from 0 to 255
};

// dst [N,K] bytes, rows behind each other <- src [N,K] * factors [K] (empty: 1).  The least and the
// largest value of a row, and 0, span its bytes: asymmetric, so that rows that lean to one side
// (those behind a GELU) lose no bit.
// Source: Jacob et al. 2018, arXiv:1712.05877, section 2.1.
void quantize(ConstMatrix src, std::span<const float> factors, std::uint8_t* dst, RowScale* scales);

// What stands between sums of products and outputs.
struct Finish {
  std::span<const float> bias;  // [M], or empty
  Activation activation = Activation::none;
};

// dst [N,M] <- f(src + bias).
void finish(const Finish& step, ConstMatrix src, Matrix dst);

// Sums of (byte * weight) as integers: those of quantize() and of weights with a scale for each
// output.
struct IntegerSums {
  const std::int32_t* data;  // [N,M], rows behind each other
  const RowScale* rows;      // [N]
  const float* scales;       // [M], of the weights
  const float* totals;       // [M]: scales[m] * (sum of the weights of output m), for the zeros
};

// dst[n,m] <- f(rows[n].scale * (scales[m] * data[n,m] - rows[n].zero * totals[m]) + bias[m]).
void finish(const Finish& step, const IntegerSums& src, Matrix dst);

}  // namespace nlp::dnn
