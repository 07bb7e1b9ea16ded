// What a norm of a row begins with, in inference and in training.
// Included once for each instruction set.
#if defined(NLP_DNN_NORM_ROWS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef NLP_DNN_NORM_ROWS_INL_HPP
#undef NLP_DNN_NORM_ROWS_INL_HPP
#else
#define NLP_DNN_NORM_ROWS_INL_HPP
#endif

#include <cmath>

#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

struct RowMoments {
  float mean;    // zero for a norm that is not centered
  float factor;  // 1 / sqrt(variance + epsilon)
};

// dst = src + residual (null: none), and its moments.
HWY_INLINE RowMoments add_and_measure(const float* src, const float* residual, std::size_t size,
                                      bool centered, float epsilon, float* dst) {
  const hn::ScalableTag<float> d;
  auto sum = hn::Zero(d);
  over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
    auto value = load(d, src + k, whole, count);
    if (residual) value = hn::Add(value, load(d, residual + k, whole, count));
    store(d, value, dst + k, whole, count);
    sum = hn::Add(sum, value);
  });
  const float mean =
      centered ? hn::GetLane(hn::SumOfLanes(d, sum)) / static_cast<float>(size) : 0.0f;
  const auto mean_lanes = hn::Set(d, mean);
  auto squares = hn::Zero(d);
  over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
    auto apart = hn::Sub(load(d, dst + k, whole, count), mean_lanes);
    if constexpr (!decltype(whole)::value) apart = hn::IfThenElseZero(hn::FirstN(d, count), apart);
    squares = hn::MulAdd(apart, apart, squares);
  });
  const float variance = hn::GetLane(hn::SumOfLanes(d, squares)) / static_cast<float>(size);
  return {mean, 1.0f / std::sqrt(variance + epsilon)};
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NLP_DNN_NORM_ROWS_INL_HPP
