// Loads and stores of the last, partial vector of a row.  Included once for each instruction set.
#if defined(NLP_DNN_SIMD_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef NLP_DNN_SIMD_INL_HPP
#undef NLP_DNN_SIMD_INL_HPP
#else
#define NLP_DNN_SIMD_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The first `count` lanes from memory, the others zero.  Reads no further.
template <class D>
HWY_INLINE hn::Vec<D> load_first(D d, const float* from, std::size_t count) {
  HWY_ALIGN float lanes[hn::MaxLanes(D())] = {};
  for (std::size_t k = 0; k < count; ++k) lanes[k] = from[k];
  return hn::Load(d, lanes);
}

// Writes the first `count` lanes.
template <class D>
HWY_INLINE void store_first(D d, hn::Vec<D> value, float* to, std::size_t count) {
  HWY_ALIGN float lanes[hn::MaxLanes(D())];
  hn::Store(value, d, lanes);
  for (std::size_t k = 0; k < count; ++k) to[k] = lanes[k];
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
