#include "dnn/hamming.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/hamming.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <bit>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

// One instruction counts the bits of a word where the machine has it.
HWY_INLINE std::int32_t differing(const std::uint8_t* left, const std::uint8_t* right,
                                  std::size_t bytes) {
  std::uint64_t a = 0, b = 0;
  std::memcpy(&a, left, bytes);
  std::memcpy(&b, right, bytes);
  return std::popcount(a ^ b);
}

void Hamming(const std::uint8_t* rows, std::span<const std::uint8_t> query,
             std::span<std::int32_t> dst) {
  const std::size_t width = query.size(), whole = width / 8 * 8;
  for (std::int32_t& count : dst) {
    count = 0;
    for (std::size_t k = 0; k < whole; k += 8) count += differing(rows + k, query.data() + k, 8);
    if (whole < width) count += differing(rows + whole, query.data() + whole, width - whole);
    rows += width;
  }
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(Hamming);

void hamming(const std::uint8_t* rows, std::span<const std::uint8_t> query,
             std::span<std::int32_t> dst) {
  HWY_DYNAMIC_DISPATCH(Hamming)(rows, query, dst);
}

}  // namespace nlp::dnn
#endif
