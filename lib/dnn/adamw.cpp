#include "dnn/adamw.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/adamw.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

void Step(const AdamW& options, std::span<float> values, const float* diffs, float* first,
          float* second, std::uint16_t* rounded) {
  const hn::ScalableTag<float> d;
  const auto set = [&](double value) { return hn::Set(d, static_cast<float>(value)); };
  const auto step = static_cast<double>(options.step);
  const double lr = options.learning_rate;
  const double correction1 = 1 - std::pow(double{options.beta1}, step),
               correction2 = 1 - std::pow(double{options.beta2}, step);
  const auto keep = set(1 - lr * double{options.decay}), rate = set(lr / correction1),
             root = set(1 / std::sqrt(correction2)), epsilon = set(options.epsilon),
             beta1 = set(options.beta1), rest1 = set(1 - double{options.beta1}),
             beta2 = set(options.beta2), rest2 = set(1 - double{options.beta2}),
             scale = set(options.diff_scale);
  over_row(d, values.size(), [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
    const auto g = hn::Mul(load(d, diffs + k, whole, count), scale);
    const auto m = hn::MulAdd(load(d, first + k, whole, count), beta1, hn::Mul(g, rest1));
    const auto v =
        hn::MulAdd(load(d, second + k, whole, count), beta2, hn::Mul(hn::Mul(g, g), rest2));
    store(d, m, first + k, whole, count);
    store(d, v, second + k, whole, count);
    const auto below = hn::MulAdd(hn::Sqrt(v), root, epsilon);
    const auto x = hn::NegMulAdd(rate, hn::Div(m, below),
                                 hn::Mul(load(d, values.data() + k, whole, count), keep));
    store(d, x, values.data() + k, whole, count);
    if (rounded) store(d, x, rounded + k, whole, count);
  });
}

double SumOfSquares(std::span<const float> values) {
  // Sixteen sums of short runs: the same on every instruction set.
  constexpr std::size_t kLanes = 16, kRun = 4096;
  double total = 0;
  for (std::size_t first = 0; first < values.size(); first += kRun) {
    const std::size_t end = std::min(values.size(), first + kRun);
    float sums[kLanes] = {};
    std::size_t k = first;
    for (; k + kLanes <= end; k += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        sums[lane] += values[k + lane] * values[k + lane];
    for (std::size_t lane = 0; k < end; ++k, ++lane) sums[lane] += values[k] * values[k];
    for (const float sum : sums) total += double{sum};
  }
  return total;
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(Step);
HWY_EXPORT(SumOfSquares);

void adamw(const AdamW& options, std::span<float> values, std::span<const float> diffs,
           std::span<float> first_moments, std::span<float> second_moments,
           std::uint16_t* rounded) {
  HWY_DYNAMIC_DISPATCH(Step)
  (options, values, diffs.data(), first_moments.data(), second_moments.data(), rounded);
}

double sum_of_squares(std::span<const float> values) {
  return HWY_DYNAMIC_DISPATCH(SumOfSquares)(values);
}

}  // namespace nlp::dnn
#endif
