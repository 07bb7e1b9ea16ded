#include "dnn/activation_training.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/activation_training.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

// After highway.h, which they need.
#include "dnn/activation-inl.hpp"
#include "dnn/simd-inl.hpp"
#include "dnn/softmax-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

template <class D>
struct Active {
  hn::Vec<D> value, derivative;
};

// f(x) and f'(x).
template <Activation kActivation, class D>
HWY_INLINE Active<D> active(D d, hn::Vec<D> x) {
  const auto one = hn::Set(d, 1.0f);
  if constexpr (kActivation == Activation::gelu_erf) {
    // f' = Φ + x φ, φ(x) = exp(-x²/2) / sqrt(2π)
    constexpr float kHalfLog2E = 0.72134752f, kRoot = 0.39894228f;
    const auto square = hn::Mul(x, x);
    const auto density =
        hn::Mul(hn::Set(d, kRoot), power_of_two(d, hn::Mul(square, hn::Set(d, -kHalfLog2E))));
    const auto share = normal_distribution(d, x);
    return {hn::Mul(x, share), hn::MulAdd(x, density, share)};
  } else if constexpr (kActivation == Activation::gelu_tanh) {
    constexpr float kA = 0.044715f, kB = 1.5957691216f;
    const auto square = hn::Mul(x, x);
    const auto cubic = hn::MulAdd(square, hn::Set(d, kA), one);
    const auto sigmoid = times_sigmoid(d, one, hn::Mul(hn::Mul(x, cubic), hn::Set(d, kB)));
    const auto slope = hn::Mul(hn::Set(d, kB), hn::MulAdd(square, hn::Set(d, 3 * kA), one));
    const auto rest = hn::Mul(hn::Mul(x, slope), hn::Mul(sigmoid, hn::Sub(one, sigmoid)));
    return {hn::Mul(x, sigmoid), hn::Add(sigmoid, rest)};
  } else if constexpr (kActivation == Activation::relu) {
    const auto above = hn::Gt(x, hn::Zero(d));
    return {hn::IfThenElseZero(above, x), hn::IfThenElseZero(above, one)};
  } else if constexpr (kActivation == Activation::silu) {
    const auto sigmoid = times_sigmoid(d, one, x);
    return {hn::Mul(x, sigmoid), hn::MulAdd(hn::Mul(x, sigmoid), hn::Sub(one, sigmoid), sigmoid)};
  } else if constexpr (kActivation == Activation::tanh) {
    const auto value = activate<Activation::tanh>(d, x);
    return {value, hn::NegMulAdd(value, value, one)};
  } else {
    return {x, one};
  }
}

template <Activation kActivation, class Value>
HWY_INLINE void forward_rows(ConstMatrix src, bool gated, Value* dst, Value* derivative) {
  const hn::ScalableTag<float> d;
  const auto size = static_cast<std::size_t>(gated ? src.columns / 2 : src.columns);
  for (std::int64_t n = 0; n < src.rows; ++n) {
    const float* from = src.row(n);
    Value* to = dst + n * static_cast<std::int64_t>(size);
    Value* slope = derivative + n * src.columns;
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto one = active<kActivation>(d, load(d, from + k, whole, count));
      if (!gated) {
        store(d, one.value, to + k, whole, count);
        store(d, one.derivative, slope + k, whole, count);
        return;
      }
      const auto gate = load(d, from + size + k, whole, count);
      store(d, hn::Mul(one.value, gate), to + k, whole, count);
      store(d, hn::Mul(one.derivative, gate), slope + k, whole, count);
      store(d, one.value, slope + size + k, whole, count);
    });
  }
}

template <class Value>
HWY_INLINE void forward_as(Activation activation, ConstMatrix src, bool gated, Value* dst,
                           Value* derivative) {
  switch (activation) {
    case Activation::none:
      return forward_rows<Activation::none>(src, gated, dst, derivative);
    case Activation::gelu_erf:
      return forward_rows<Activation::gelu_erf>(src, gated, dst, derivative);
    case Activation::gelu_tanh:
      return forward_rows<Activation::gelu_tanh>(src, gated, dst, derivative);
    case Activation::relu:
      return forward_rows<Activation::relu>(src, gated, dst, derivative);
    case Activation::silu:
      return forward_rows<Activation::silu>(src, gated, dst, derivative);
    case Activation::tanh:
      return forward_rows<Activation::tanh>(src, gated, dst, derivative);
  }
}

void ActivateForward(Activation activation, ConstMatrix src, bool gated, StoredRows& dst,
                     StoredRows& derivative) {
  if (dst.type() == ComputeType::bf16)
    forward_as(activation, src, gated, dst.bits(), derivative.bits());
  else
    forward_as(activation, src, gated, dst.floats(), derivative.floats());
}

template <class Value>
HWY_INLINE void backward_rows(ConstMatrix diff_dst, const Value* derivative, std::size_t parts,
                              Value* diff_src, float* sums) {
  const hn::ScalableTag<float> d;
  const auto size = static_cast<std::size_t>(diff_dst.columns);
  for (std::int64_t n = 0; n < diff_dst.rows; ++n) {
    const float* diff = diff_dst.row(n);
    for (std::size_t part = 0; part < parts; ++part) {
      float* sum = sums ? sums + part * size : nullptr;
      over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
        const auto value =
            hn::Mul(load(d, diff + k, whole, count), load(d, derivative + k, whole, count));
        store(d, value, diff_src + k, whole, count);
        if (sum) store(d, hn::Add(load(d, sum + k, whole, count), value), sum + k, whole, count);
      });
      derivative += size;
      diff_src += size;
    }
  }
}

void ActivateBackward(ConstMatrix diff_dst, const StoredRows& derivative, StoredRows& diff_src,
                      float* sums) {
  const auto parts = static_cast<std::size_t>(derivative.columns() / diff_dst.columns);
  if (derivative.type() == ComputeType::bf16)
    backward_rows(diff_dst, derivative.bits(), parts, diff_src.bits(), sums);
  else
    backward_rows(diff_dst, derivative.floats(), parts, diff_src.floats(), sums);
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(ActivateForward);
HWY_EXPORT(ActivateBackward);

void activate_forward(Activation activation, ComputeType type, ConstMatrix src, StoredRows& dst,
                      StoredRows& derivative) {
  dst.resize(type, src.rows, src.columns);
  derivative.resize(type, src.rows, src.columns);
  HWY_DYNAMIC_DISPATCH(ActivateForward)(activation, src, false, dst, derivative);
}

void activate_gated_forward(Activation activation, ComputeType type, ConstMatrix src,
                            StoredRows& dst, StoredRows& derivative) {
  dst.resize(type, src.rows, src.columns / 2);
  derivative.resize(type, src.rows, src.columns);
  HWY_DYNAMIC_DISPATCH(ActivateForward)(activation, src, true, dst, derivative);
}

void activate_backward(ConstMatrix diff_dst, const StoredRows& derivative, StoredRows& diff_src,
                       std::span<float> sums) {
  diff_src.resize(derivative.type(), derivative.rows(), derivative.columns());
  HWY_DYNAMIC_DISPATCH(ActivateBackward)
  (diff_dst, derivative, diff_src, sums.empty() ? nullptr : sums.data());
}

}  // namespace nlp::dnn
#endif
