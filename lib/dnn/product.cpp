#include "dnn/product.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/product.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <algorithm>

#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

// How many rows are worked on together: their sums stay in registers.
constexpr int kRows = 4;

// Rows [n, n + Rows) and columns [m, m + Vectors * lanes); the last vector has `count` columns.
template <int Rows, int Vectors, class D>
HWY_INLINE void multiply_tile(D d, ConstMatrix src, ConstMatrix right, float scale, Matrix dst,
                              std::int64_t n, std::int64_t m, std::size_t count) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const bool whole = count == hn::Lanes(d);
  const float* left[Rows];
  hn::Vec<D> sum[Rows][Vectors];
  for (int r = 0; r < Rows; ++r) {
    left[r] = src.row(n + r);
    for (int v = 0; v < Vectors; ++v) sum[r][v] = hn::Zero(d);
  }
  for (std::int64_t k = 0; k < src.columns; ++k) {
    const float* from = right.row(k) + m;
    hn::Vec<D> values[Vectors];
    for (int v = 0; v < Vectors; ++v)
      values[v] = whole ? hn::LoadU(d, from + v * lanes) : load_first(d, from, count);
    for (int r = 0; r < Rows; ++r) {
      const auto factor = hn::Set(d, left[r][k]);
      for (int v = 0; v < Vectors; ++v) sum[r][v] = hn::MulAdd(factor, values[v], sum[r][v]);
    }
  }
  const auto factor = hn::Set(d, scale);
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Vectors; ++v) {
      float* to = dst.row(n + r) + m + v * lanes;
      const auto value = hn::Mul(sum[r][v], factor);
      if (whole)
        hn::StoreU(value, d, to);
      else
        store_first(d, value, to, count);
    }
}

template <int Rows, class D>
HWY_INLINE void multiply_rows(D d, ConstMatrix src, ConstMatrix right, float scale, Matrix dst,
                              std::int64_t n) {
  const std::size_t lanes = hn::Lanes(d);
  const auto step = static_cast<std::int64_t>(lanes);
  std::int64_t m = 0;
  for (; m + 2 * step <= dst.columns; m += 2 * step)
    multiply_tile<Rows, 2>(d, src, right, scale, dst, n, m, lanes);
  for (; m < dst.columns; m += step)
    multiply_tile<Rows, 1>(d, src, right, scale, dst, n, m,
                           static_cast<std::size_t>(std::min<std::int64_t>(step, dst.columns - m)));
}

void Product(ConstMatrix src, ConstMatrix right, float scale, Matrix dst) {
  const hn::CappedTag<float, 16> d;
  std::int64_t n = 0;
  for (; n + kRows <= src.rows; n += kRows) multiply_rows<kRows>(d, src, right, scale, dst, n);
  for (; n < src.rows; ++n) multiply_rows<1>(d, src, right, scale, dst, n);
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(Product);

void product(ConstMatrix src, ConstMatrix right, float scale, Matrix dst) {
  HWY_DYNAMIC_DISPATCH(Product)(src, right, scale, dst);
}

}  // namespace nlp::dnn
#endif
