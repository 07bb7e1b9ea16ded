// Element types as they stand in checkpoint files.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nlp::tensor {

enum class DType : std::uint8_t {
  f32,
  f16,
  bf16,
  f64,
  i8,
  u8,
  i16,
  u16,
  i32,
  u32,
  i64,
  u64,
  boolean,
  other
};

std::size_t size_of(DType dtype);  // bytes of one element; 0 for `other`
std::string_view name_of(DType dtype);

float f16_to_f32(std::uint16_t bits);
inline float bf16_to_f32(std::uint16_t bits) {
  const std::uint32_t wide = std::uint32_t{bits} << 16;
  float value;
  __builtin_memcpy(&value, &wide, sizeof value);
  return value;
}
// Rounds to nearest, ties to even; NaN stays NaN, and what is beyond the largest becomes infinity.
inline std::uint16_t f32_to_bf16(float value) {
  std::uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
  return static_cast<std::uint16_t>(nan ? (bits >> 16) | 0x40u : rounded);
}

}  // namespace nlp::tensor
