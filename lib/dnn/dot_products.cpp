#include "dnn/dot_products.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/dot_products.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

// How many rows are worked on together: their sums stay in registers, enough of them that none
// waits for itself.
constexpr int kLeft = 4, kRight = 2;

// Bytes as float32.
template <class D, class Byte, class Whole>
HWY_INLINE hn::Vec<D> load_bytes(D d, const Byte* from, Whole, std::size_t count) {
  const hn::Rebind<Byte, D> narrow;
  const hn::RebindToSigned<D> integers;
  if constexpr (Whole::value) {
    return hn::ConvertTo(d, hn::PromoteTo(integers, hn::LoadU(narrow, from)));
  } else {
    HWY_ALIGN Byte lanes[hn::MaxLanes(D())] = {};
    for (std::size_t k = 0; k < count; ++k) lanes[k] = from[k];
    return hn::ConvertTo(d, hn::PromoteTo(integers, hn::Load(narrow, lanes)));
  }
}

template <class D, class Whole>
HWY_INLINE hn::Vec<D> load_left(D d, const float* from, Whole whole, std::size_t count) {
  return load(d, from, whole, count);
}
template <class D, class Byte, class Whole>
HWY_INLINE hn::Vec<D> load_left(D d, const Byte* from, Whole whole, std::size_t count) {
  return load_bytes(d, from, whole, count);
}

template <int Left, int Right, class D, class Rows>
HWY_INLINE void dot_tile(D d, Rows left, ConstMatrix right, Matrix dst, std::int64_t n,
                         std::int64_t m) {
  hn::Vec<D> sum[Left][Right];
  for (int r = 0; r < Left; ++r)
    for (int c = 0; c < Right; ++c) sum[r][c] = hn::Zero(d);
  over_row(d, static_cast<std::size_t>(left.columns),
           [&](std::size_t k, auto whole, std::size_t count) {
             hn::Vec<D> values[Right];
             for (int c = 0; c < Right; ++c)
               values[c] = load(d, right.row(m + c) + k, whole, count);
             for (int r = 0; r < Left; ++r) {
               const auto value = load_left(d, left.row(n + r) + k, whole, count);
               for (int c = 0; c < Right; ++c) sum[r][c] = hn::MulAdd(value, values[c], sum[r][c]);
             }
           });
  for (int r = 0; r < Left; ++r)
    for (int c = 0; c < Right; ++c)
      dst.row(n + r)[m + c] = hn::GetLane(hn::SumOfLanes(d, sum[r][c]));
}

template <int Left, class D, class Rows>
HWY_INLINE void dot_rows(D d, Rows left, ConstMatrix right, Matrix dst, std::int64_t n) {
  std::int64_t m = 0;
  for (; m + kRight <= right.rows; m += kRight) dot_tile<Left, kRight>(d, left, right, dst, n, m);
  for (; m < right.rows; ++m) dot_tile<Left, 1>(d, left, right, dst, n, m);
}

template <class Rows>
HWY_INLINE void dot_all(Rows left, ConstMatrix right, Matrix dst) {
  const hn::CappedTag<float, 16> d;
  std::int64_t n = 0;
  for (; n + kLeft <= left.rows; n += kLeft) dot_rows<kLeft>(d, left, right, dst, n);
  for (; n < left.rows; ++n) dot_rows<1>(d, left, right, dst, n);
}

void DotProducts(ConstMatrix left, ConstMatrix right, Matrix dst) { dot_all(left, right, dst); }
void DotUnsigned(ByteRows<std::uint8_t> left, ConstMatrix right, Matrix dst) {
  dot_all(left, right, dst);
}
void DotSigned(ByteRows<std::int8_t> left, ConstMatrix right, Matrix dst) {
  dot_all(left, right, dst);
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(DotProducts);
HWY_EXPORT(DotUnsigned);
HWY_EXPORT(DotSigned);

void dot_products(ConstMatrix left, ConstMatrix right, Matrix dst) {
  HWY_DYNAMIC_DISPATCH(DotProducts)(left, right, dst);
}
void dot_products(ByteRows<std::uint8_t> left, ConstMatrix right, Matrix dst) {
  HWY_DYNAMIC_DISPATCH(DotUnsigned)(left, right, dst);
}
void dot_products(ByteRows<std::int8_t> left, ConstMatrix right, Matrix dst) {
  HWY_DYNAMIC_DISPATCH(DotSigned)(left, right, dst);
}

}  // namespace nlp::dnn
#endif
