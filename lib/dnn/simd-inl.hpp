// Rows by the vector: whole ones, and the partial one at the end; float32, and bfloat16 as bits.
// Included once for each instruction set.
#if defined(NLP_DNN_SIMD_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef NLP_DNN_SIMD_INL_HPP
#undef NLP_DNN_SIMD_INL_HPP
#else
#define NLP_DNN_SIMD_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

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

// Calls each(first, whole, count) over a row: `whole` is std::true_type where `count` is a vector's
// lanes, std::false_type for what is left at the end.
template <class D, class Each>
HWY_INLINE void over_row(D d, std::size_t size, Each each) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t k = 0;
  for (; k + lanes <= size; k += lanes) each(k, std::true_type(), lanes);
  if (k < size) each(k, std::false_type(), size - k);
}

// The first `count` lanes of a vector of any type.
template <class D, class Whole>
HWY_INLINE void store_narrow(D d, hn::Vec<D> value, hn::TFromD<D>* to, Whole, std::size_t count) {
  if constexpr (Whole::value) {
    hn::StoreU(value, d, to);
  } else {
    HWY_ALIGN hn::TFromD<D> lanes[hn::MaxLanes(D())];
    hn::Store(value, d, lanes);
    for (std::size_t k = 0; k < count; ++k) to[k] = lanes[k];
  }
}

template <class D, class Whole>
HWY_INLINE hn::Vec<D> load(D d, const float* from, Whole, std::size_t count) {
  if constexpr (Whole::value)
    return hn::LoadU(d, from);
  else
    return load_first(d, from, count);
}

template <class D, class Whole>
HWY_INLINE void store(D d, hn::Vec<D> value, float* to, Whole, std::size_t count) {
  if constexpr (Whole::value)
    hn::StoreU(value, d, to);
  else
    store_first(d, value, to, count);
}

// bfloat16 as bits.
template <class D, class Whole>
HWY_INLINE hn::Vec<D> load(D d, const std::uint16_t* from, Whole, std::size_t count) {
  const hn::RebindToUnsigned<D> bits;
  const hn::Rebind<std::uint16_t, D> narrow;
  if constexpr (Whole::value) {
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(bits, hn::LoadU(narrow, from))));
  } else {
    HWY_ALIGN std::uint16_t lanes[hn::MaxLanes(D())] = {};
    for (std::size_t k = 0; k < count; ++k) lanes[k] = from[k];
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(bits, hn::Load(narrow, lanes))));
  }
}

// To the nearest, ties to even.
template <class D, class Whole>
HWY_INLINE void store(D, hn::Vec<D> value, std::uint16_t* to, Whole whole, std::size_t count) {
  const hn::RebindToUnsigned<D> bits;
  const hn::RebindToSigned<D> integers;
  const hn::Rebind<std::uint16_t, D> narrow;
  const auto exact = hn::BitCast(bits, value);
  const auto odd = hn::And(hn::ShiftRight<16>(exact), hn::Set(bits, 1));
  const auto rounded = hn::ShiftRight<16>(hn::Add(exact, hn::Add(odd, hn::Set(bits, 0x7FFF))));
  store_narrow(narrow, hn::DemoteTo(narrow, hn::BitCast(integers, rounded)), to, whole, count);
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
