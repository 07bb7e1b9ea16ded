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

tensor::Tensor sinusoidal_positions(std::int64_t positions, std::int64_t width) {
  tensor::Tensor table({positions, width});
  for (std::int64_t column = 0; column < width; ++column) {
    const double wavelength =
        std::pow(10000.0, static_cast<double>(column / 2 * 2) / static_cast<double>(width));
    for (std::int64_t position = 0; position < positions; ++position) {
      const double angle = static_cast<double>(position) / wavelength;
      table.row(position)[static_cast<std::size_t>(column)] =
          static_cast<float>(column % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return table;
}

}  // namespace nlp::model
