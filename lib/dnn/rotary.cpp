#include "dnn/rotary.hpp"

#include <cmath>

namespace nlp::dnn {

void make_rotation(float base, std::int64_t head_size, std::int64_t tokens,
                   tensor::Tensor& rotation) {
  rotation.resize({tokens, head_size});
  const std::int64_t half = head_size / 2;
  for (std::int64_t k = 0; k < half; ++k) {
    // In float32, as the reference: far positions show how a frequency was rounded.
    const float exponent = static_cast<float>(2 * k) / static_cast<float>(head_size);
    const float frequency = 1.0f / std::pow(base, exponent);
    for (std::int64_t t = 0; t < tokens; ++t) {
      const float angle = static_cast<float>(t) * frequency;
      float* row = rotation.data() + t * head_size;
      row[k] = std::cos(angle);
      row[half + k] = std::sin(angle);
    }
  }
}

void rotate(const tensor::Tensor& rotation, std::int64_t heads, Matrix rows) {
  const std::int64_t size = rows.columns / heads, half = size / 2;
  for (std::int64_t t = 0; t < rows.rows; ++t) {
    const float* cosines = rotation.data() + t * size;
    const float* sines = cosines + half;
    for (std::int64_t h = 0; h < heads; ++h) {
      float* near = rows.row(t) + h * size;
      float* far = near + half;
      for (std::int64_t k = 0; k < half; ++k) {
        const float a = near[k], b = far[k];
        near[k] = a * cosines[k] - b * sines[k];
        far[k] = b * cosines[k] + a * sines[k];
      }
    }
  }
}

}  // namespace nlp::dnn
