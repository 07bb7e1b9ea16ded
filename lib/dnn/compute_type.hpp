// The numbers that linear layers multiply.  Everything between the layers is float32.
#pragma once
#include <cstdint>
#include <string_view>

namespace nlp::dnn {

enum class ComputeType : std::uint8_t {
  f32,
  bf16,  // weights and rows rounded to bfloat16, sums in float32
  int8,  // weights: 8 bits and a scale for each output; rows: 8 bits, a scale and a zero for each
         // row, found on the fly; sums in 32-bit integers
};

std::string_view name_of(ComputeType type);  // "f32", "bf16", "int8"

}  // namespace nlp::dnn
