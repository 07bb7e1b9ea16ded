// Which values are dropped.  Included once for each instruction set.
#if defined(NLP_DNN_DROPOUT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef NLP_DNN_DROPOUT_INL_HPP
#undef NLP_DNN_DROPOUT_INL_HPP
#else
#define NLP_DNN_DROPOUT_INL_HPP
#endif

#include <hwy/highway.h>

#include "dnn/dropout.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Keys that differ in few bits become unlike: the counter's mixing below reaches only the bits
// above those of the key's high half.  Source: Steele, Lea, Flood 2014, "Fast splittable
// pseudorandom number generators", with the constants of Stafford's variant 13.
HWY_INLINE std::uint64_t mixed_key(std::uint64_t key) {
  key += 0x9e3779b97f4a7c15u;
  key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9u;
  key = (key ^ (key >> 27)) * 0x94d049bb133111ebu;
  return key ^ (key >> 31);
}

// 0, or 1 / (1 - rate), for the values [place, place + lanes).
template <class D>
class DropoutFactors {
 public:
  DropoutFactors(D d, const Dropout& dropout)
      : threshold_(hn::Set(Bits(), static_cast<std::uint32_t>(dropout.rate * 4294967296.0))),
        low_(hn::Set(Bits(), static_cast<std::uint32_t>(mixed_key(dropout.key)))),
        high_(hn::Set(Bits(), static_cast<std::uint32_t>(mixed_key(dropout.key) >> 32))),
        kept_(hn::Set(d, 1.0f / (1.0f - dropout.rate))) {}

  HWY_INLINE hn::Vec<D> operator()(std::uint32_t place) const {
    const Bits bits;
    // A counter through a mixing function of multiplications and shifts: Wellons, "Prospecting for
    // hash functions", 2018 (lowbias32), with the key added twice.
    auto x = hn::Xor(hn::Iota(bits, place), low_);
    x = hn::Mul(hn::Xor(x, hn::ShiftRight<16>(x)), hn::Set(bits, 0x7feb352du));
    x = hn::Add(hn::Xor(x, hn::ShiftRight<15>(x)), high_);
    x = hn::Mul(x, hn::Set(bits, 0x846ca68bu));
    x = hn::Xor(x, hn::ShiftRight<16>(x));
    // 32-bit unsigned order, by signed order of what is shifted by half the range.
    const hn::RebindToSigned<Bits> integers;
    const auto half = hn::Set(bits, 0x80000000u);
    const auto dropped = hn::Lt(hn::BitCast(integers, hn::Xor(x, half)),
                                hn::BitCast(integers, hn::Xor(threshold_, half)));
    return hn::IfThenZeroElse(hn::RebindMask(D(), dropped), kept_);
  }

 private:
  using Bits = hn::RebindToUnsigned<D>;
  hn::Vec<Bits> threshold_, low_, high_;
  hn::Vec<D> kept_;
};

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
