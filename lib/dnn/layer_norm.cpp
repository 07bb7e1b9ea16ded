#include "dnn/layer_norm.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/layer_norm.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <cmath>

#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

void NormRows(const LayerNorm& norm, ConstMatrix src, ConstMatrix residual, Matrix dst) {
  const hn::ScalableTag<float> d;
  const auto size = static_cast<std::size_t>(src.columns);
  const float* scale = norm.scale.data();
  const float* shift = norm.shift.data();
  for (std::int64_t n = 0; n < src.rows; ++n) {
    const float* x = src.row(n);
    const float* add = residual.data ? residual.row(n) : nullptr;
    float* y = dst.row(n);
    auto sum = hn::Zero(d);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      auto value = load(d, x + k, whole, count);
      if (add) value = hn::Add(value, load(d, add + k, whole, count));
      store(d, value, y + k, whole, count);
      sum = hn::Add(sum, value);
    });
    const float mean =
        norm.centered ? hn::GetLane(hn::SumOfLanes(d, sum)) / static_cast<float>(size) : 0.0f;
    const auto mean_lanes = hn::Set(d, mean);
    auto squares = hn::Zero(d);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      auto apart = hn::Sub(load(d, y + k, whole, count), mean_lanes);
      if constexpr (!decltype(whole)::value)
        apart = hn::IfThenElseZero(hn::FirstN(d, count), apart);
      squares = hn::MulAdd(apart, apart, squares);
    });
    const float variance = hn::GetLane(hn::SumOfLanes(d, squares)) / static_cast<float>(size);
    const auto factor = hn::Set(d, 1.0f / std::sqrt(variance + norm.epsilon));
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto unit = hn::Mul(hn::Sub(load(d, y + k, whole, count), mean_lanes), factor);
      store(d, hn::MulAdd(unit, load(d, scale + k, whole, count), load(d, shift + k, whole, count)),
            y + k, whole, count);
    });
  }
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(NormRows);

void layer_norm(const LayerNorm& norm, ConstMatrix src, Matrix dst) {
  HWY_DYNAMIC_DISPATCH(NormRows)(norm, src, {}, dst);
}

void add_layer_norm(const LayerNorm& norm, ConstMatrix src, ConstMatrix residual, Matrix dst) {
  HWY_DYNAMIC_DISPATCH(NormRows)(norm, src, residual, dst);
}

}  // namespace nlp::dnn
#endif
