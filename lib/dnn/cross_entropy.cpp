#include "dnn/cross_entropy.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/cross_entropy.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <cmath>
#include <limits>

#include "dnn/simd-inl.hpp"
#include "dnn/softmax-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

template <class Value>
HWY_INLINE float one_row(const CrossEntropy& options, const float* logits, std::size_t size,
                         std::int32_t label, Value* diff) {
  const hn::ScalableTag<float> d;
  const auto lowest = hn::Set(d, std::numeric_limits<float>::lowest());
  const std::uint8_t* absent = options.absent.empty() ? nullptr : options.absent.data();
  const auto score = [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
    auto value = load(d, logits + k, whole, count);
    if constexpr (!decltype(whole)::value)
      value = hn::IfThenElse(hn::FirstN(d, count), value, lowest);
    if (absent) {
      HWY_ALIGN float lanes[hn::MaxLanes(d)];
      hn::Store(value, d, lanes);
      for (std::size_t lane = 0; lane < count; ++lane)
        if (absent[k + lane]) lanes[lane] = std::numeric_limits<float>::lowest();
      value = hn::Load(d, lanes);
    }
    return value;
  };
  auto most = lowest;
  over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
    most = hn::Max(most, score(k, whole, count));
  });
  most = hn::MaxOfLanes(d, most);
  constexpr float kLog2E = 1.44269504f;
  const auto log2e = hn::Set(d, kLog2E);
  const auto power = [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
    const auto value = score(k, whole, count);
    const auto p = power_of_two(d, hn::Mul(hn::Sub(value, most), log2e));
    return hn::IfThenZeroElse(hn::Eq(value, lowest), p);
  };
  auto sum = hn::Zero(d), total = hn::Zero(d);
  over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
    sum = hn::Add(sum, power(k, whole, count));
    if (options.smoothing > 0) {
      const auto value = score(k, whole, count);
      total = hn::Add(total, hn::IfThenZeroElse(hn::Eq(value, lowest), value));
    }
  });
  std::size_t classes = size;
  if (absent)
    for (std::size_t k = 0; k < size; ++k) classes -= absent[k];
  const float all = hn::GetLane(hn::SumOfLanes(d, sum));
  const float normalizer = hn::GetLane(most) + std::log(all);
  const float part = options.smoothing / static_cast<float>(classes);
  const auto share = hn::Set(d, options.weight / all), spread = hn::Set(d, part * options.weight);
  const float own = logits[label];
  over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
    auto value = hn::Mul(power(k, whole, count), share);
    if (options.smoothing > 0)
      value = hn::Sub(value, hn::IfThenZeroElse(hn::Eq(score(k, whole, count), lowest), spread));
    store(d, value, diff + k, whole, count);
  });
  // The label's own value is made again: its neighbours share a vector with it.
  const float chosen = std::exp(own - normalizer) - (1 - options.smoothing) - part;
  const hn::CappedTag<float, 1> one;
  store(one, hn::Set(one, chosen * options.weight), diff + label, std::true_type(), 1);
  return normalizer - (1 - options.smoothing) * own - part * hn::GetLane(hn::SumOfLanes(d, total));
}

void CrossEntropyRows(const CrossEntropy& options, ConstMatrix logits, const std::int32_t* labels,
                      float* losses, StoredRows& diff, std::int64_t first_row) {
  const auto size = static_cast<std::size_t>(logits.columns);
  for (std::int64_t n = 0; n < logits.rows; ++n) {
    const std::int64_t at = (first_row + n) * logits.columns;
    losses[n] = diff.type() == ComputeType::bf16
                    ? one_row(options, logits.row(n), size, labels[n], diff.bits() + at)
                    : one_row(options, logits.row(n), size, labels[n], diff.floats() + at);
  }
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(CrossEntropyRows);

void cross_entropy(const CrossEntropy& options, ConstMatrix logits,
                   std::span<const std::int32_t> labels, std::span<float> losses, StoredRows& diff,
                   std::int64_t first_row) {
  HWY_DYNAMIC_DISPATCH(CrossEntropyRows)
  (options, logits, labels.data(), losses.data(), diff, first_row);
}

}  // namespace nlp::dnn
#endif
