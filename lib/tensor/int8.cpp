#include "tensor/int8.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace nlp::tensor {
namespace {

constexpr float kLargest = 127;

// The largest magnitude.  Magnitudes compare as their bits do, NaN above all: integers let the
// compiler use vectors.
float largest(std::span<const float> row) {
  std::int32_t bits = 0;
  for (const float value : row)
    bits = std::max(bits, std::bit_cast<std::int32_t>(value) & 0x7fffffff);
  return std::bit_cast<float>(bits);
}

// A float32 this large has no room for a fraction: what is added to it is rounded to nearest, ties
// to even, and stands in its lowest bits.
constexpr float kRound = 12582912;  // 1.5 * 2^23
constexpr auto kRoundBits = std::bit_cast<std::int32_t>(kRound);

}  // namespace

void quantize_rows(std::span<const float> src, std::span<std::int8_t> dst,
                   std::span<float> scales) {
  const std::size_t columns = scales.empty() ? 0 : src.size() / scales.size();
  for (std::size_t n = 0; n < scales.size(); ++n) {
    const std::span<const float> row = src.subspan(n * columns, columns);
    const std::span<std::int8_t> to = dst.subspan(n * columns, columns);
    const float scale = scales[n] = largest(row) / kLargest;
    if (scale == 0 || !std::isfinite(scale)) {
      std::fill(to.begin(), to.end(), std::int8_t{0});
      continue;
    }
    for (std::size_t k = 0; k < columns; ++k) {
      const std::int32_t q = std::bit_cast<std::int32_t>(row[k] / scale + kRound) - kRoundBits;
      // Beyond 127 only where the scale is subnormal, and so inexact.
      to[k] = static_cast<std::int8_t>(std::clamp(q, -127, 127));
    }
  }
}

}  // namespace nlp::tensor
