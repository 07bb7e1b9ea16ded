#include "dnn/convert_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/convert_rows.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

// After highway.h, which it needs.
#include "dnn/activation-inl.hpp"
#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

void RoundRows(ConstMatrix src, std::uint16_t* dst) {
  const hn::ScalableTag<float> d;
  const auto size = static_cast<std::size_t>(src.columns);
  for (std::int64_t n = 0; n < src.rows; ++n, dst += size) {
    const float* from = src.row(n);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      store(d, load(d, from + k, whole, count), dst + k, whole, count);
    });
  }
}

template <bool kFactors>
void QuantizeRows(ConstMatrix src, const float* factors, std::uint8_t* dst, RowScale* scales) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<std::uint8_t, decltype(d)> narrow;
  const auto size = static_cast<std::size_t>(src.columns);
  for (std::int64_t n = 0; n < src.rows; ++n, dst += size) {
    const float* from = src.row(n);
    const auto value = [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto x = load(d, from + k, whole, count);
      if constexpr (kFactors) return hn::Mul(x, load(d, factors + k, whole, count));
      return x;
    };
    auto least = hn::Zero(d), most = hn::Zero(d);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto x = value(k, whole, count);
      least = hn::Min(least, x);
      most = hn::Max(most, x);
    });
    const float low = hn::GetLane(hn::MinOfLanes(d, least)),
                high = hn::GetLane(hn::MaxOfLanes(d, most));
    const float range = high - low;
    const float inverse = range > 0 ? 255.0f / range : 0.0f;
    const float zero =
        range > 0 ? static_cast<float>(static_cast<int>(0.5f - low * inverse)) : 0.0f;
    scales[n] = {range / 255.0f, zero};
    const auto factor = hn::Set(d, inverse), shift = hn::Set(d, zero);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto steps = hn::NearestInt(hn::MulAdd(value(k, whole, count), factor, shift));
      store_narrow(narrow, hn::DemoteTo(narrow, steps), dst + k, whole, count);
    });
  }
}

void Quantize(ConstMatrix src, const float* factors, std::uint8_t* dst, RowScale* scales) {
  if (factors)
    QuantizeRows<true>(src, factors, dst, scales);
  else
    QuantizeRows<false>(src, factors, dst, scales);
}

// sums(n)(k, whole, count) is a vector of row n's sums, which lack bias and activation.
template <Activation kActivation, class Sums>
HWY_INLINE void finish_rows(const float* bias, Matrix dst, Sums sums) {
  const hn::ScalableTag<float> d;
  const auto size = static_cast<std::size_t>(dst.columns);
  for (std::int64_t n = 0; n < dst.rows; ++n) {
    float* to = dst.row(n);
    const auto sum = sums(n);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto value = sum(k, whole, count);
      const auto shift = bias ? load(d, bias + k, whole, count) : hn::Zero(d);
      store(d, activate<kActivation>(d, hn::Add(value, shift)), to + k, whole, count);
    });
  }
}

template <class Sums>
HWY_INLINE void finish_as(const Finish& step, Matrix dst, Sums sums) {
  const float* bias = step.bias.empty() ? nullptr : step.bias.data();
  switch (step.activation) {
    case Activation::none:
      return finish_rows<Activation::none>(bias, dst, sums);
    case Activation::gelu_erf:
      return finish_rows<Activation::gelu_erf>(bias, dst, sums);
    case Activation::gelu_tanh:
      return finish_rows<Activation::gelu_tanh>(bias, dst, sums);
    case Activation::relu:
      return finish_rows<Activation::relu>(bias, dst, sums);
    case Activation::silu:
      return finish_rows<Activation::silu>(bias, dst, sums);
    case Activation::tanh:
      return finish_rows<Activation::tanh>(bias, dst, sums);
  }
}

void FinishFloats(const Finish& step, ConstMatrix src, Matrix dst) {
  finish_as(step, dst, [src](std::int64_t n) HWY_ATTR {
    return [from = src.row(n)](std::size_t k, auto whole, std::size_t count)
               HWY_ATTR { return load(hn::ScalableTag<float>(), from + k, whole, count); };
  });
}

// Integers become floats exactly up to 2^24, and beyond with the relative error of a float.
struct IntegerRow {
  const std::int32_t* sums;
  const float *scales, *totals;
  RowScale row;

  template <class Whole>
  HWY_INLINE hn::Vec<hn::ScalableTag<float>> operator()(std::size_t k, Whole whole,
                                                        std::size_t count) const {
    const hn::ScalableTag<float> d;
    const hn::RebindToSigned<decltype(d)> integers;
    auto sum = hn::Zero(integers);
    if constexpr (Whole::value) {
      sum = hn::LoadU(integers, sums + k);
    } else {
      HWY_ALIGN std::int32_t lanes[hn::MaxLanes(d)] = {};
      for (std::size_t lane = 0; lane < count; ++lane) lanes[lane] = sums[k + lane];
      sum = hn::Load(integers, lanes);
    }
    const auto scaled = hn::Mul(hn::ConvertTo(d, sum), load(d, scales + k, whole, count));
    const auto centered =
        hn::NegMulAdd(hn::Set(d, row.zero), load(d, totals + k, whole, count), scaled);
    return hn::Mul(hn::Set(d, row.scale), centered);
  }
};

void FinishIntegers(const Finish& step, const IntegerSums& src, Matrix dst) {
  finish_as(step, dst, [src, columns = dst.columns](std::int64_t n) HWY_ATTR {
    return IntegerRow{src.data + n * columns, src.scales, src.totals, src.rows[n]};
  });
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(RoundRows);
HWY_EXPORT(Quantize);
HWY_EXPORT(FinishFloats);
HWY_EXPORT(FinishIntegers);

void round_to_bf16(ConstMatrix src, std::uint16_t* dst) {
  HWY_DYNAMIC_DISPATCH(RoundRows)(src, dst);
}

void quantize(ConstMatrix src, std::span<const float> factors, std::uint8_t* dst,
              RowScale* scales) {
  HWY_DYNAMIC_DISPATCH(Quantize)(src, factors.empty() ? nullptr : factors.data(), dst, scales);
}

void finish(const Finish& step, ConstMatrix src, Matrix dst) {
  HWY_DYNAMIC_DISPATCH(FinishFloats)(step, src, dst);
}

void finish(const Finish& step, const IntegerSums& src, Matrix dst) {
  HWY_DYNAMIC_DISPATCH(FinishIntegers)(step, src, dst);
}

}  // namespace nlp::dnn
#endif
