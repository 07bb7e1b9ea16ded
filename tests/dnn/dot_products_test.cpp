#include "dnn/dot_products.hpp"

#include "reference/dnn.hpp"
#include "support/catch.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;

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
