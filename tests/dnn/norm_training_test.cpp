#include "dnn/norm_training.hpp"

#include <cstring>
#include <vector>

#include "reference/training.hpp"
#include "support/catch.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;
using reference::Values;

namespace {

Values row_of(const Tensor& tensor, std::int64_t row) {
  return {tensor.row(row).begin(), tensor.row(row).end()};
}

struct Kind {
  bool centered, shifted, residual;
};
constexpr Kind kKinds[] = {{true, true, false},  {true, true, true},   {true, false, true},
                           {false, true, false}, {false, false, true}, {false, false, false}};

}  // namespace

TEST_CASE("the naive norm's gradients are the differences of its values", "[dnn]") {
  for (const Kind& kind : kKinds) {
    Values x = reference::values_of(reference::random({7}, 1, 2)),
           scale = reference::values_of(reference::random({7}, 2)),
           shift = reference::values_of(reference::random({7}, 3));
    if (!kind.shifted) shift.clear();
    const Values diff = reference::values_of(reference::random({7}, 4));
    const auto loss = [&] {
      return reference::dot(reference::norm(x, scale, shift, 1e-5, kind.centered), diff);
    };
    const auto found = reference::norm_gradients(x, scale, diff, 1e-5, kind.centered);
    CHECK(reference::apart(found.src, reference::slopes(x, loss)) < 1e-8);
    CHECK(reference::apart(found.scale, reference::slopes(scale, loss)) < 1e-8);
    if (kind.shifted) CHECK(reference::apart(diff, reference::slopes(shift, loss)) < 1e-8);
  }
}

TEST_CASE("a norm and its gradients are the naive ones for every width and kind", "[dnn]") {
  constexpr std::int64_t kRows = 5;
  for (const std::int64_t width : {1, 3, 16, 31, 44, 384, 1025}) {
    const Tensor src = reference::random({kRows, width}, 1, 3),
                 residual = reference::random({kRows, width}, 2),
                 scale = reference::random({width}, 3), shift = reference::random({width}, 4),
                 diff = reference::random({kRows, width}, 5);
    for (const Kind& kind : kKinds) {
      const NormParameters norm{scale.data(), kind.shifted ? shift.data() : nullptr, 1e-5f,
                                kind.centered};
      Tensor unit({kRows, width}), dst({kRows, width}), diff_src({kRows, width});
      std::vector<float> factors(kRows);
      norm_forward(norm, matrix(src), kind.residual ? matrix(residual) : ConstMatrix(),
                   matrix(unit), factors, matrix(dst));
      // They are added to what is there.
      const Tensor before = reference::random({2, width}, 6);
      std::vector<float> diff_scale(before.row(0).begin(), before.row(0).end()),
          diff_shift(before.row(1).begin(), before.row(1).end());
      norm_backward(norm, matrix(diff), matrix(unit), factors, matrix(diff_src), diff_scale,
                    kind.shifted ? std::span<float>(diff_shift) : std::span<float>());

      Values scale_sum = row_of(before, 0), shift_sum = row_of(before, 1);
      for (std::int64_t n = 0; n < kRows; ++n) {
        Values x = row_of(src, n);
        for (std::size_t k = 0; k < x.size(); ++k)
          if (kind.residual) x[k] += double{residual.row(n)[k]};
        const Values own = row_of(diff, n), scales = reference::values_of(scale);
        const Values shifts = kind.shifted ? reference::values_of(shift) : Values();
        CHECK(reference::apart(dst.row(n),
                               reference::norm(x, scales, shifts, 1e-5, kind.centered)) < 1e-5);
        const auto expected = reference::norm_gradients(x, scales, own, 1e-5, kind.centered);
        // A row of one value has no slope but by epsilon.
        CHECK(reference::apart(diff_src.row(n), expected.src) < (width == 1 ? 1e-3 : 1e-5));
        for (std::size_t k = 0; k < x.size(); ++k) {
          scale_sum[k] += expected.scale[k];
          shift_sum[k] += kind.shifted ? own[k] : 0;
        }
      }
      CHECK(reference::apart(diff_scale, scale_sum) < 1e-5);
      CHECK(reference::apart(diff_shift, shift_sum) < 1e-5);
    }
  }
}

TEST_CASE("a norm may write over its source, and its gradient over the one that comes", "[dnn]") {
  const Tensor scale = reference::random({50}, 3), shift = reference::random({50}, 4);
  const NormParameters norm{scale.data(), shift.data()};
  Tensor src = reference::random({3, 50}, 1), unit({3, 50}), apart({3, 50});
  std::vector<float> factors(3), sums(50), others(50);
  norm_forward(norm, matrix(src), {}, matrix(unit), factors, matrix(apart));
  norm_forward(norm, matrix(src), {}, matrix(unit), factors, matrix(src));
  CHECK(std::memcmp(src.data(), apart.data(), 150 * sizeof(float)) == 0);
  Tensor diff = reference::random({3, 50}, 5);
  norm_backward(norm, matrix(diff), matrix(unit), factors, matrix(apart), sums, others);
  norm_backward(norm, matrix(diff), matrix(unit), factors, matrix(diff), sums, others);
  CHECK(std::memcmp(diff.data(), apart.data(), 150 * sizeof(float)) == 0);
}
