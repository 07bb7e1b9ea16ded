// Rows of int8 with a scale each.
#include "tensor/int8.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "support/catch.hpp"
#include "tensor/tensor.hpp"

using nlp::tensor::DType;
using nlp::tensor::TensorView;
using nlp::tensor::to_f32;

namespace {
struct Quantized {
  Quantized(const std::vector<float>& src, std::size_t rows) : values(src.size()), scales(rows) {
    nlp::tensor::quantize_rows(src, values, scales);
  }
  TensorView view() const {
    const auto rows = static_cast<std::int64_t>(scales.size());
    return {DType::i8,
            {rows, static_cast<std::int64_t>(values.size()) / rows},
            reinterpret_cast<const std::byte*>(values.data()),
            scales.data()};
  }
  std::vector<std::int8_t> values;
  std::vector<float> scales;
};
}  // namespace

TEST_CASE("a row of int8 is its values over max / 127, to the nearest and ties to even",
          "[tensor]") {
  const Quantized exact({127, -127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 0.6f, 0}, 1);
  CHECK(exact.scales == std::vector<float>{1});
  CHECK(exact.values == std::vector<std::int8_t>{127, -127, 0, 2, 2, 0, -2, 1, 0});

  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> src(7 * 131);
  for (float& value : src) value = normal(random);
  const Quantized quantized(src, 7);
  for (std::size_t row = 0; row < 7; ++row) {
    const std::span<const float> values(src.data() + row * 131, 131);
    float most = 0;
    for (const float value : values) most = std::max(most, std::fabs(value));
    REQUIRE(quantized.scales[row] == most / 127);
    for (std::size_t k = 0; k < 131; ++k)
      REQUIRE(quantized.values[row * 131 + k] == std::nearbyint(values[k] / (most / 127)));
  }
}

TEST_CASE("every row has its own scale; zeros have scale 0", "[tensor]") {
  const Quantized quantized({0, 0, 1, -2, 1000, 1000}, 3);
  CHECK(quantized.scales == std::vector<float>{0, 2 / 127.0f, 1000 / 127.0f});
  CHECK(quantized.values == std::vector<std::int8_t>{0, 0, 64, -127, 127, 127});
}

TEST_CASE("int8 rows stay within +-127 where the scale is subnormal", "[tensor]") {
  const float least = std::numeric_limits<float>::denorm_min();
  const Quantized quantized({190 * least, -190 * least, 40 * least, least}, 2);
  CHECK(quantized.scales == std::vector<float>{least, 0});
  CHECK(quantized.values == std::vector<std::int8_t>{127, -127, 0, 0});
}

TEST_CASE("a row with infinity or NaN is told by its scale", "[tensor]") {
  const float infinity = std::numeric_limits<float>::infinity();
  const Quantized quantized({1, -infinity, -infinity, std::nanf(""), 1, 2}, 3);
  CHECK(std::isinf(quantized.scales[0]));
  CHECK(std::isnan(quantized.scales[1]));
  CHECK(quantized.scales[2] == 2 / 127.0f);
  CHECK(quantized.values == std::vector<std::int8_t>{0, 0, 0, 0, 64, 127});
}

TEST_CASE("int8 values are read with the scale of their row, from any place", "[tensor]") {
  const std::vector<std::int8_t> values = {1, -2, 3, 4, -5, 6, 7, 8, -128};
  const std::vector<float> scales = {1, 0.5f, 2};
  const TensorView view{
      DType::i8, {3, 3}, reinterpret_cast<const std::byte*>(values.data()), scales.data()};
  std::vector<float> all(9), middle(4), row(3);
  to_f32(view, 0, all);
  CHECK(all == std::vector<float>{1, -2, 3, 2, -2.5f, 3, 14, 16, -256});
  to_f32(view, 2, middle);
  CHECK(middle == std::vector<float>{3, 2, -2.5f, 3});
  to_f32(view, 6, row);
  CHECK(row == std::vector<float>{14, 16, -256});
  to_f32(view, 9, {});
}
