#include "dnn/layer_norm.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/layer_norm.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <cmath>

#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

// Calls each(vector offset, lanes) over a row; lanes is less than a vector only at the end.
template <class D, class Each>
HWY_INLINE void over_row(D d, std::size_t size, Each each) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t k = 0;
  for (; k + lanes <= size; k += lanes) each(k, lanes);
  if (k < size) each(k, size - k);
}

template <class D>
HWY_INLINE hn::Vec<D> load(D d, const float* from, std::size_t count) {
  return count == hn::Lanes(d) ? hn::LoadU(d, from) : load_first(d, from, count);
}

template <class D>
HWY_INLINE void store(D d, hn::Vec<D> value, float* to, std::size_t count) {
  if (count == hn::Lanes(d))
    hn::StoreU(value, d, to);
  else
    store_first(d, value, to, count);
}

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
    over_row(d, size, [&](std::size_t k, std::size_t count) HWY_ATTR {
      auto value = load(d, x + k, count);
      if (add) value = hn::Add(value, load(d, add + k, count));
      store(d, value, y + k, count);
      sum = hn::Add(sum, value);
    });
    const float mean =
        norm.centered ? hn::GetLane(hn::SumOfLanes(d, sum)) / static_cast<float>(size) : 0.0f;
    const auto mean_lanes = hn::Set(d, mean);
    auto squares = hn::Zero(d);
    over_row(d, size, [&](std::size_t k, std::size_t count) HWY_ATTR {
      auto apart = hn::Sub(load(d, y + k, count), mean_lanes);
      if (count < hn::Lanes(d)) apart = hn::IfThenElseZero(hn::FirstN(d, count), apart);
      squares = hn::MulAdd(apart, apart, squares);
    });
    const float variance = hn::GetLane(hn::SumOfLanes(d, squares)) / static_cast<float>(size);
    const auto factor = hn::Set(d, 1.0f / std::sqrt(variance + norm.epsilon));
    over_row(d, size, [&](std::size_t k, std::size_t count) HWY_ATTR {
      const auto unit = hn::Mul(hn::Sub(load(d, y + k, count), mean_lanes), factor);
      store(d, hn::MulAdd(unit, load(d, scale + k, count), load(d, shift + k, count)), y + k,
            count);
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
