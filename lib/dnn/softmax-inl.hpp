// Softmax of rows of scores.  Included once for each instruction set.
#if defined(NLP_DNN_SOFTMAX_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef NLP_DNN_SOFTMAX_INL_HPP
#undef NLP_DNN_SOFTMAX_INL_HPP
#else
#define NLP_DNN_SOFTMAX_INL_HPP
#endif

#include <hwy/highway.h>
// After highway.h, which it needs.
#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <cstddef>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Softmax of scores[first, last) * scale in place; the lanes outside become zero.  [begin, end) is
// what surrounds them in whole vectors.
template <class D>
HWY_INLINE void softmax_row(D d, float* scores, std::size_t first, std::size_t last,
                            std::size_t begin, std::size_t end, float scale) {
  const std::size_t lanes = hn::Lanes(d);
  std::fill(scores + begin, scores + first, std::numeric_limits<float>::lowest());
  std::fill(scores + last, scores + end, std::numeric_limits<float>::lowest());
  auto most = hn::Set(d, std::numeric_limits<float>::lowest());
  for (std::size_t k = begin; k < end; k += lanes) most = hn::Max(most, hn::Load(d, scores + k));
  most = hn::MaxOfLanes(d, most);
  const auto factor = hn::Set(d, scale);
  auto sum = hn::Zero(d);
  for (std::size_t k = begin; k < end; k += lanes) {
    const auto below = hn::Mul(hn::Sub(hn::Load(d, scores + k), most), factor);
    const auto value = hn::Exp(d, below);
    hn::Store(value, d, scores + k);
    sum = hn::Add(sum, value);
  }
  const auto share = hn::Div(hn::Set(d, 1.0f), hn::SumOfLanes(d, sum));
  for (std::size_t k = begin; k < end; k += lanes)
    hn::Store(hn::Mul(hn::Load(d, scores + k), share), d, scores + k);
}

// 2^y for y <= 0, with a relative error of 3e-7; what is below 2^-126 counts as that.  Half the
// work of an exponential for any power.  A minimax fit of our own over half a power to either side.
template <class D>
HWY_INLINE hn::Vec<D> power_of_two(D d, hn::Vec<D> y) {
  constexpr float kP[] = {1.00000007f,   0.693146967f,   0.240221197f,
                          0.0555071328f, 0.00967554165f, 0.00132764694f};
  const hn::RebindToSigned<D> integers;
  const auto near = hn::Max(y, hn::Set(d, -126.0f));
  const auto whole = hn::NearestInt(near);
  const auto part = hn::Sub(near, hn::ConvertTo(d, whole));
  auto p = hn::Set(d, kP[5]);
  for (int k = 4; k >= 0; --k) p = hn::MulAdd(p, part, hn::Set(d, kP[k]));
  constexpr int kMantissaBits = 23;
  return hn::BitCast(d, hn::Add(hn::BitCast(integers, p), hn::ShiftLeft<kMantissaBits>(whole)));
}

// What softmax makes of `Rows` rows of scores [S] * scale, but for the division by their sums:
// sums[r] becomes the reciprocal.  The lanes behind the last key become zero.
template <int Rows, class D>
HWY_INLINE void exponentials(D d, float* scores, std::size_t row_step, std::size_t keys,
                             float scale, float* shares) {
  const std::size_t lanes = hn::Lanes(d), whole = keys / lanes * lanes;
  const auto lowest = hn::Set(d, std::numeric_limits<float>::lowest());
  const auto tail = hn::FirstN(d, keys - whole);
  hn::Vec<D> most[Rows], sum[Rows];
  for (int r = 0; r < Rows; ++r) {
    most[r] = keys > whole
                  ? hn::IfThenElse(tail, hn::Load(d, scores + r * row_step + whole), lowest)
                  : lowest;
    sum[r] = hn::Zero(d);
  }
  for (std::size_t k = 0; k < whole; k += lanes)
    for (int r = 0; r < Rows; ++r)
      most[r] = hn::Max(most[r], hn::Load(d, scores + r * row_step + k));
  for (int r = 0; r < Rows; ++r) most[r] = hn::MaxOfLanes(d, most[r]);
  constexpr float kLog2E = 1.44269504f;
  const auto factor = hn::Set(d, scale * kLog2E);
  const auto power = [&](int r, std::size_t k) HWY_ATTR {
    const auto score = hn::Load(d, scores + r * row_step + k);
    return power_of_two(d, hn::Mul(hn::Sub(score, most[r]), factor));
  };
  for (std::size_t k = 0; k < whole; k += lanes)
    for (int r = 0; r < Rows; ++r) {
      const auto value = power(r, k);
      hn::Store(value, d, scores + r * row_step + k);
      sum[r] = hn::Add(sum[r], value);
    }
  if (keys > whole)
    for (int r = 0; r < Rows; ++r) {
      const auto value = hn::IfThenElseZero(tail, power(r, whole));
      hn::Store(value, d, scores + r * row_step + whole);
      sum[r] = hn::Add(sum[r], value);
    }
  for (int r = 0; r < Rows; ++r) shares[r] = 1.0f / hn::GetLane(hn::SumOfLanes(d, sum[r]));
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
