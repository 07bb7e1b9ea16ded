// Products of two computed matrices, and rotations by position.
#include "dnn/product.hpp"

#include <cmath>
#include <cstring>

#include "dnn/rotary.hpp"
#include "reference/dnn.hpp"
#include "support/catch.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;

TEST_CASE("a product of computed matrices is the naive one, for every size", "[dnn]") {
  for (const std::int64_t rows : {1, 3, 4, 9})
    for (const std::int64_t depth : {1, 8, 33})
      for (const std::int64_t columns : {1, 5, 16, 31, 48, 67}) {
        const auto src = reference::random({rows, depth}, 1),
                   right = reference::random({depth, columns}, 2);
        Tensor dst({rows, columns});
        product(matrix(src), matrix(right), 0.5f, matrix(dst));
        for (std::int64_t n = 0; n < rows; ++n)
          for (std::int64_t m = 0; m < columns; ++m) {
            double sum = 0;
            for (std::int64_t k = 0; k < depth; ++k)
              sum += double{src.row(n)[k]} * double{right.row(k)[m]};
            REQUIRE(dst.row(n)[m] == Approx(sum / 2).margin(1e-4));
          }
      }
}

TEST_CASE("a value of a product has the same bytes whatever stands beside it", "[dnn]") {
  const auto src = reference::random({9, 40}, 1), right = reference::random({40, 64}, 2);
  Tensor whole({9, 64});
  product(matrix(src), matrix(right), 1, matrix(whole));
  for (std::int64_t n = 0; n < 9; ++n)
    for (const std::int64_t first : {0, 16, 32}) {
      Tensor part({1, 32});
      product({src.row(n).data(), 1, 40, 40}, {right.data() + first, 40, 32, 64}, 1, matrix(part));
      CHECK(std::memcmp(part.data(), whole.row(n).data() + first, 32 * sizeof(float)) == 0);
    }
}

TEST_CASE("rotated queries and keys turn each pair of halves by the position's angle", "[dnn]") {
  constexpr std::int64_t kTokens = 7, kHeads = 3, kSize = 10;
  const auto src = reference::random({kTokens, kHeads * kSize}, 1);
  Tensor rows({kTokens, kHeads * kSize}), rotation;
  std::memcpy(rows.data(), src.data(), src.values().size_bytes());
  make_rotation(10000, kSize, kTokens, rotation);
  rotate(rotation, kHeads, matrix(rows));
  for (std::int64_t t = 0; t < kTokens; ++t)
    for (std::int64_t h = 0; h < kHeads; ++h)
      for (std::int64_t k = 0; k < kSize / 2; ++k) {
        const double angle = static_cast<double>(t) * std::pow(10000.0, -2.0 * k / kSize);
        const double a = src.row(t)[h * kSize + k], b = src.row(t)[h * kSize + k + kSize / 2];
        CHECK(rows.row(t)[h * kSize + k] ==
              Approx(a * std::cos(angle) - b * std::sin(angle)).margin(1e-5));
        CHECK(rows.row(t)[h * kSize + k + kSize / 2] ==
              Approx(b * std::cos(angle) + a * std::sin(angle)).margin(1e-5));
      }
}

TEST_CASE("scores of rotated rows depend on the distance of the two positions", "[dnn]") {
  constexpr std::int64_t kTokens = 12, kSize = 8;
  const auto query = reference::random({1, kSize}, 1), key = reference::random({1, kSize}, 2);
  Tensor rotation, queries({kTokens, kSize}), keys({kTokens, kSize});
  for (std::int64_t t = 0; t < kTokens; ++t) {
    std::memcpy(queries.row(t).data(), query.data(), kSize * sizeof(float));
    std::memcpy(keys.row(t).data(), key.data(), kSize * sizeof(float));
  }
  make_rotation(100, kSize, kTokens, rotation);
  rotate(rotation, 1, matrix(queries));
  rotate(rotation, 1, matrix(keys));
  const auto score = [&](std::int64_t i, std::int64_t j) {
    double sum = 0;
    for (std::int64_t k = 0; k < kSize; ++k)
      sum += double{queries.row(i)[k]} * double{keys.row(j)[k]};
    return sum;
  };
  for (std::int64_t shift = 1; shift < kTokens - 5; ++shift)
    CHECK(score(5 + shift, 2 + shift) == Approx(score(5, 2)).margin(1e-5));
  CHECK(std::abs(score(5, 2) - score(5, 3)) > 1e-3);
}
