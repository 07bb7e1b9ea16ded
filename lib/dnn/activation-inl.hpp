// Activations of one vector, for sums of narrow numbers.  Included once for each instruction set.
#if defined(NLP_DNN_ACTIVATION_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef NLP_DNN_ACTIVATION_INL_HPP
#undef NLP_DNN_ACTIVATION_INL_HPP
#else
#define NLP_DNN_ACTIVATION_INL_HPP
#endif

#include <hwy/highway.h>
// After highway.h, which it needs.
#include <hwy/contrib/math/math-inl.h>

#include "dnn/activation.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Φ(x), the normal distribution.  Φ(x) - 1/2 is x p(x²) up to where it is 1/2: a minimax fit of our
// own, of x p(x²) times x, that ends at 1/2.  The error of x Φ(x) is below 5e-5, a hundredth of a
// bfloat16's step at 1.
template <class D>
HWY_INLINE hn::Vec<D> normal_distribution(D d, hn::Vec<D> x) {
  constexpr float kEnd = 4.5f;
  constexpr float kP[] = {0.398838142f,    -0.0662384877f,   0.0097608521f,  -0.0010969224f,
                          9.27262438e-05f, -5.74871668e-06f, 2.5063351e-07f, -7.20162802e-09f,
                          1.21471596e-10f, -9.05599665e-13f};
  const auto near = hn::Min(hn::Max(x, hn::Set(d, -kEnd)), hn::Set(d, kEnd));
  const auto square = hn::Mul(near, near);
  auto p = hn::Set(d, kP[9]);
  for (int k = 8; k >= 0; --k) p = hn::MulAdd(p, square, hn::Set(d, kP[k]));
  return hn::MulAdd(near, p, hn::Set(d, 0.5f));
}

template <class D>
HWY_INLINE hn::Vec<D> gelu_erf(D d, hn::Vec<D> x) {
  return hn::Mul(x, normal_distribution(d, x));
}

// x / (1 + exp(-y))
template <class D>
HWY_INLINE hn::Vec<D> times_sigmoid(D d, hn::Vec<D> x, hn::Vec<D> y) {
  // Exp holds for powers that are numbers; those left out would not change the quotient.
  const auto power = hn::Min(hn::Max(hn::Neg(y), hn::Set(d, -80.0f)), hn::Set(d, 80.0f));
  return hn::Div(x, hn::Add(hn::Set(d, 1.0f), hn::Exp(d, power)));
}

template <Activation kActivation, class D>
HWY_INLINE hn::Vec<D> activate(D d, hn::Vec<D> x) {
  if constexpr (kActivation == Activation::gelu_erf) {
    return gelu_erf(d, x);
  } else if constexpr (kActivation == Activation::gelu_tanh) {
    // tanh(u) = 2 sigmoid(2u) - 1, u = sqrt(2/π) (x + 0.044715 x³)
    const auto cubic = hn::MulAdd(hn::Mul(x, x), hn::Set(d, 0.044715f), hn::Set(d, 1.0f));
    return times_sigmoid(d, x, hn::Mul(hn::Mul(x, cubic), hn::Set(d, 1.5957691216f)));
  } else if constexpr (kActivation == Activation::relu) {
    return hn::Max(x, hn::Zero(d));
  } else if constexpr (kActivation == Activation::silu) {
    return times_sigmoid(d, x, x);
  } else if constexpr (kActivation == Activation::tanh) {
    const auto two = hn::Set(d, 2.0f);
    return hn::Sub(times_sigmoid(d, two, hn::Mul(two, x)), hn::Set(d, 1.0f));
  } else {
    return x;
  }
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
