#include "model/sinusoids.hpp"

#include <cmath>

namespace nlp::model {

Sinusoids::Sinusoids(std::int64_t width) {
  for (std::int64_t k = 0; k < (width + 1) / 2; ++k)
    wavelengths_.push_back(
        std::pow(10000.0, static_cast<double>(2 * k) / static_cast<double>(width)));
}

void Sinusoids::add(std::span<const std::int32_t> positions, dnn::Matrix dst) const {
  const auto sines = static_cast<std::int64_t>(wavelengths_.size());
  for (std::int64_t n = 0; n < dst.rows; ++n) {
    float* row = dst.row(n);
    const double position = positions[static_cast<std::size_t>(n)];
    for (std::int64_t k = 0; k < sines; ++k) {
      const double angle = position / wavelengths_[static_cast<std::size_t>(k)];
      row[k] += static_cast<float>(std::sin(angle));
      if (sines + k < dst.columns) row[sines + k] += static_cast<float>(std::cos(angle));
    }
  }
}

}  // namespace nlp::model
