#include "dnn/layer_norm.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/layer_norm.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include "dnn/norm_rows-inl.hpp"
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
    const RowMoments moments = add_and_measure(x, add, size, norm.centered, norm.epsilon, y);
    const auto mean = hn::Set(d, moments.mean), factor = hn::Set(d, moments.factor);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto unit = hn::Mul(hn::Sub(load(d, y + k, whole, count), mean), factor);
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
