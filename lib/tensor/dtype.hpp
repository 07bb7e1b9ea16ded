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

}  // namespace nlp::tensor
