#include "task/quantize.hpp"

#include <algorithm>
#include <cmath>

namespace nlp::task {
namespace {
// The signed types are the unsigned ones less 128: the highest bit the other way round.
constexpr std::uint8_t kFlip = 0x80;

// A number's range in 255 steps.
float step_of(const Ranges& ranges, std::size_t k) {
  const float step = (ranges.most[k] - ranges.least[k]) / 255;
  return step == 0 ? 1 : step;
}
}  // namespace

std::int64_t quantized_size(Precision precision, std::int64_t size) {
  return precision == Precision::float32 ? 4 * size
         : needs_ranges(precision)       ? size
                                         : (size + 7) / 8;
}

void Ranges::add(std::span<const float> vector) {
  if (least.empty()) {
    least.assign(vector.begin(), vector.end());
    most = least;
    return;
  }
  for (std::size_t k = 0; k < vector.size(); ++k) {
    least[k] = std::min(least[k], vector[k]);
    most[k] = std::max(most[k], vector[k]);
  }
}

ByteScale byte_scale(Precision precision, const Ranges& ranges) {
  ByteScale scale;
  const float middle = precision == Precision::int8 ? 128.5f : 0.5f;
  for (std::size_t k = 0; k < ranges.least.size(); ++k) {
    // A number that never changes has no range: every byte stands for it.
    const bool fixed = ranges.most[k] == ranges.least[k];
    scale.step.push_back(fixed ? 0 : step_of(ranges, k));
    scale.zero.push_back(ranges.least[k] + middle * scale.step.back());
  }
  return scale;
}

std::vector<std::uint8_t> sign_bits(std::span<const float> vector) {
  std::vector<std::uint8_t> bits((vector.size() + 7) / 8);
  for (std::size_t k = 0; k < vector.size(); ++k)
    if (vector[k] > 0) bits[k / 8] = static_cast<std::uint8_t>(bits[k / 8] | kFlip >> k % 8);
  return bits;
}

void quantize(std::span<const float> vector, Precision precision, const Ranges& ranges,
              std::span<std::uint8_t> dst) {
  if (needs_ranges(precision)) {
    for (std::size_t k = 0; k < vector.size(); ++k) {
      const float place = std::floor((vector[k] - ranges.least[k]) / step_of(ranges, k));
      dst[k] = static_cast<std::uint8_t>(std::clamp(place, 0.0f, 255.0f));
    }
  } else {
    std::ranges::copy(sign_bits(vector), dst.begin());
  }
  if (precision == Precision::int8 || precision == Precision::binary)
    for (auto& byte : dst) byte ^= kFlip;
}

}  // namespace nlp::task
