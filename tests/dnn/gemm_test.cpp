// Products of training, and the rows they multiply.
#include "dnn/gemm.hpp"

#include <cstring>
#include <tuple>
#include <vector>

#include "base/error.hpp"
#include "reference/training.hpp"
#include "support/catch.hpp"
#include "support/stored.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;
using reference::Values;

namespace {

// A matrix [rows, columns] that may lie turned, and as bfloat16.
class Numbers {
 public:
  Numbers(std::int64_t rows, std::int64_t columns, bool turned, ComputeType type, unsigned seed)
      : turned_(turned) {
    const Tensor src = reference::random(
        turned ? nlp::tensor::Shape{columns, rows} : nlp::tensor::Shape{rows, columns}, seed);
    store_rows(type, matrix(src), rows_);
  }
  Operand operand() const {
    Operand all = rows_.operand();
    all.rows = rows_.rows();
    return turned_ ? all.transposed() : all;
  }
  double at(std::int64_t row, std::int64_t column) const {
    return stored::value(rows_,
                         turned_ ? column * rows_.columns() + row : row * rows_.columns() + column);
  }

 private:
  StoredRows rows_;
  bool turned_;
};

bool has_fast(ComputeType type) { return Device(type).used() == type; }

}  // namespace

TEST_CASE("products are the naive ones for every kind of operand and odd sizes", "[dnn]") {
  const Device device;
  Workspace workspace(device, 1);
  for (const ComputeType type : {ComputeType::f32, ComputeType::bf16}) {
    if (!has_fast(type)) continue;
    for (const auto& [m, k, n] :
         {std::tuple{1, 1, 1}, {16, 32, 48}, {5, 7, 3}, {33, 64, 17}, {1, 100, 30}, {70, 1, 9}})
      for (int kind = 0; kind < 16; ++kind) {
        const bool left_turned = kind & 1, right_turned = kind & 2, add = kind & 4,
                   with_bias = kind & 8;
        INFO(m << " x " << k << " x " << n << ", kind " << kind);
        const Numbers left(m, k, left_turned, type, 1), right(k, n, right_turned, type, 2);
        const Tensor bias = reference::random({n}, 3);
        const std::int64_t stride = n + 5;
        Tensor dst = reference::random({m, stride}, 4);
        const Tensor before = reference::random({m, stride}, 4);
        gemm(left.operand(), right.operand(), {dst.data(), m, n, stride},
             {.bias = with_bias ? bias.data() : nullptr, .add = add}, workspace);
        for (std::int64_t r = 0; r < m; ++r)
          for (std::int64_t c = 0; c < stride; ++c) {
            double sum = before.row(r)[c];
            if (c < n) {
              sum = (add ? sum : 0.0) + (with_bias ? double{bias.data()[c]} : 0.0);
              for (std::int64_t j = 0; j < k; ++j) sum += left.at(r, j) * right.at(j, c);
            }
            REQUIRE(double{dst.row(r)[c]} == Approx(sum).epsilon(1e-5).margin(2e-5));
          }
      }
  }
}

TEST_CASE("a product of parts of a matrix is that part of the product, with the same bytes",
          "[dnn]") {
  const Device device;
  Workspace workspace(device, 1);
  const Numbers left(48, 40, false, ComputeType::f32, 1), right(40, 64, false, ComputeType::f32, 2);
  Tensor again({48, 64}), all({48, 64}), part({16, 32});
  gemm(left.operand(), right.operand(), matrix(all), {}, workspace);
  gemm(left.operand(), right.operand(), matrix(again), {}, workspace);
  CHECK(std::memcmp(all.data(), again.data(), 48 * 64 * sizeof(float)) == 0);
  gemm(left.operand().row_range(16, 16), right.operand().column_range(32, 32), matrix(part), {},
       workspace);
  for (std::int64_t r = 0; r < 16; ++r)
    for (std::int64_t c = 0; c < 32; ++c)
      REQUIRE(part.row(r)[c] == Approx(all.row(16 + r)[32 + c]).margin(1e-5));
}

TEST_CASE("stored rows keep values or round them, and end in rows of zeros", "[dnn]") {
  for (const auto& [rows, columns] :
       {std::pair{1, 1}, {3, 5}, {16, 8}, {17, 33}, {31, 7}, {0, 4}}) {
    const Tensor src = reference::random({rows, columns}, 1);
    const std::vector<float> values(src.data(), src.data() + src.size());
    for (const ComputeType type : {ComputeType::f32, ComputeType::bf16}) {
      StoredRows stored_rows;
      // Larger first: what is left of it must not show.
      store_rows(type, matrix(reference::random({64, 40}, 2)), stored_rows);
      std::vector<float> sums(static_cast<std::size_t>(columns), 2);
      store_rows(type, {src.data(), rows, columns, columns}, stored_rows, sums);
      const auto expected = type == ComputeType::f32 ? values : stored::rounded(values);
      CHECK(stored_rows.rows() == rows);
      CHECK(stored_rows.operand().rows == padded_rows(rows));
      CHECK(stored_rows.operand().columns == columns);
      CHECK(stored::values(stored_rows) == expected);
      CHECK(stored::rest_is_zero(stored_rows));
      Values columns_sum(static_cast<std::size_t>(columns), 2),
          stored_sum(static_cast<std::size_t>(columns), 2);
      for (std::size_t k = 0; k < values.size(); ++k) {
        columns_sum[k % columns_sum.size()] += double{values[k]};
        stored_sum[k % columns_sum.size()] += double{expected[k]};
      }
      CHECK(reference::apart(sums, columns_sum) < 1e-6);
      std::vector<float> later(static_cast<std::size_t>(columns), 2);
      add_column_sums(stored_rows, 0, later);
      CHECK(reference::apart(later, stored_sum) < 1e-6);
      if (columns > 2) {
        std::vector<float> middle(static_cast<std::size_t>(columns - 2), 2);
        add_column_sums(stored_rows, 1, middle);
        CHECK(std::equal(middle.begin(), middle.end(), later.begin() + 1));
      }
    }
  }
}

TEST_CASE("a stored row may be set, and rounding is to the nearest, ties to even", "[dnn]") {
  StoredRows rows;
  rows.resize(ComputeType::bf16, 2, 3);
  rows.set_row(0, std::vector<float>{1, -2, 3});
  rows.set_row(1, std::vector<float>{0.1f, 1e30f, -7});
  CHECK(stored::values(rows) ==
        std::vector<float>{1, -2, 3, 0.10009765625f, stored::rounded({1e30f})[0], -7});
  // 1 + 2^-8 lies between 1 and 1 + 2^-7, 1 + 3 * 2^-8 between that and 1 + 2^-6.
  const std::vector<float> ties = {1 + 0x1p-8f, 1 + 3 * 0x1p-8f, -(1 + 0x1p-8f), 1 + 0x1.8p-8f, 0};
  std::vector<std::uint16_t> bits(5);
  round_to_bf16(ties, bits.data());
  std::vector<float> found;
  for (const std::uint16_t one : bits) found.push_back(stored::widen(one));
  CHECK(found == std::vector<float>{1, 1 + 0x1p-6f, -1, 1 + 0x1p-7f, 0});
}
