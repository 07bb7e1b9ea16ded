#include "dnn/dot_products.hpp"

#include "reference/dnn.hpp"
#include "support/catch.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;

namespace {
// Against naive sums, for bytes of either sign.
template <class Byte>
void check_bytes(std::int64_t depth) {
  std::vector<Byte> left;
  for (std::int64_t k = 0; k < 9 * depth; ++k) left.push_back(static_cast<Byte>(k * 89 + 7));
  const auto right = reference::random({5, depth}, 2);
  Tensor dst({9, 5});
  dot_products(ByteRows<Byte>{left.data(), 9, depth}, matrix(right), matrix(dst));
  for (std::int64_t n = 0; n < 9; ++n)
    for (std::int64_t m = 0; m < 5; ++m) {
      double sum = 0;
      for (std::int64_t k = 0; k < depth; ++k)
        sum += double{right.row(m)[k]} * left[static_cast<std::size_t>(n * depth + k)];
      CHECK(dst.row(n)[m] == Approx(sum).margin(1e-2));
    }
}
}  // namespace

TEST_CASE("dot products of bytes are the naive ones, whatever their sign", "[dnn]") {
  for (const std::int64_t depth : {1, 15, 16, 48, 67}) {
    check_bytes<std::uint8_t>(depth);
    check_bytes<std::int8_t>(depth);
  }
}

TEST_CASE("dot products are the naive ones, and the same bytes alone and among others", "[dnn]") {
  for (const std::int64_t depth : {1, 15, 16, 48, 67}) {
    const auto left = reference::random({9, depth}, 1), right = reference::random({5, depth}, 2);
    Tensor dst({9, 5});
    dot_products(matrix(left), matrix(right), matrix(dst));
    for (std::int64_t n = 0; n < 9; ++n)
      for (std::int64_t m = 0; m < 5; ++m) {
        double sum = 0;
        for (std::int64_t k = 0; k < depth; ++k)
          sum += double{left.row(n)[k]} * double{right.row(m)[k]};
        const float found = dst.row(n)[m];
        CHECK(found == Approx(sum).margin(1e-4));
        float alone = 0;
        dot_products({left.row(n).data(), 1, depth, depth}, {right.row(m).data(), 1, depth, depth},
                     {&alone, 1, 1, 1});
        CHECK(alone == found);
      }
  }
}
