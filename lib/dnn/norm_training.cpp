#include "dnn/norm_training.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/norm_training.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include "dnn/norm_rows-inl.hpp"
#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

void NormForward(const NormParameters& norm, ConstMatrix src, ConstMatrix residual, Matrix unit,
                 float* factors, Matrix dst) {
  const hn::ScalableTag<float> d;
  const auto size = static_cast<std::size_t>(src.columns);
  for (std::int64_t n = 0; n < src.rows; ++n) {
    const float* x = src.row(n);
    const float* other = residual.data ? residual.row(n) : nullptr;
    float* u = unit.row(n);
    float* y = dst.row(n);
    const RowMoments moments = add_and_measure(x, other, size, norm.centered, norm.epsilon, u);
    factors[n] = moments.factor;
    const auto mean = hn::Set(d, moments.mean), factor = hn::Set(d, factors[n]);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto value = hn::Mul(hn::Sub(load(d, u + k, whole, count), mean), factor);
      store(d, value, u + k, whole, count);
      const auto shift = norm.shift ? load(d, norm.shift + k, whole, count) : hn::Zero(d);
      store(d, hn::MulAdd(value, load(d, norm.scale + k, whole, count), shift), y + k, whole,
            count);
    });
  }
}

void NormBackward(const NormParameters& norm, ConstMatrix diff_dst, ConstMatrix unit,
                  const float* factors, Matrix diff_src, float* diff_scale, float* diff_shift) {
  const hn::ScalableTag<float> d;
  const auto size = static_cast<std::size_t>(unit.columns);
  for (std::int64_t n = 0; n < unit.rows; ++n) {
    const float* dy = diff_dst.row(n);
    const float* u = unit.row(n);
    float* dx = diff_src.row(n);
    auto sum = hn::Zero(d), along = hn::Zero(d);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto diff = load(d, dy + k, whole, count), value = load(d, u + k, whole, count);
      const auto g = hn::Mul(diff, load(d, norm.scale + k, whole, count));
      sum = hn::Add(sum, g);
      along = hn::MulAdd(g, value, along);
      const auto scaled = hn::MulAdd(diff, value, load(d, diff_scale + k, whole, count));
      store(d, scaled, diff_scale + k, whole, count);
      if (diff_shift)
        store(d, hn::Add(load(d, diff_shift + k, whole, count), diff), diff_shift + k, whole,
              count);
    });
    const float share = 1.0f / static_cast<float>(size);
    const auto mean =
        hn::Set(d, norm.centered ? hn::GetLane(hn::SumOfLanes(d, sum)) * share : 0.0f);
    const auto slope = hn::Set(d, hn::GetLane(hn::SumOfLanes(d, along)) * share);
    const auto factor = hn::Set(d, factors[n]);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto g = hn::Mul(load(d, dy + k, whole, count), load(d, norm.scale + k, whole, count));
      const auto rest = hn::NegMulAdd(load(d, u + k, whole, count), slope, hn::Sub(g, mean));
      store(d, hn::Mul(rest, factor), dx + k, whole, count);
    });
  }
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(NormForward);
HWY_EXPORT(NormBackward);

void norm_forward(const NormParameters& norm, ConstMatrix src, ConstMatrix residual, Matrix unit,
                  std::span<float> factors, Matrix dst) {
  HWY_DYNAMIC_DISPATCH(NormForward)(norm, src, residual, unit, factors.data(), dst);
}

void norm_backward(const NormParameters& norm, ConstMatrix diff_dst, ConstMatrix unit,
                   std::span<const float> factors, Matrix diff_src, std::span<float> diff_scale,
                   std::span<float> diff_shift) {
  HWY_DYNAMIC_DISPATCH(NormBackward)
  (norm, diff_dst, unit, factors.data(), diff_src, diff_scale.data(),
   diff_shift.empty() ? nullptr : diff_shift.data());
}

}  // namespace nlp::dnn
#endif
