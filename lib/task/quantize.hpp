// Vectors in fewer bits.
// Source: sentence-transformers 6.2: quantize_embeddings.  Legend: E numbers of a vector.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace nlp::task {

enum class Precision : std::uint8_t { float32, int8, uint8, binary, ubinary };

inline bool needs_ranges(Precision precision) {
  return precision == Precision::int8 || precision == Precision::uint8;
}

// Bytes of a quantized vector: E, of bits ceil(E/8).
std::int64_t quantized_size(Precision precision, std::int64_t size);

// The least and the largest of each number over vectors: what int8 and uint8 spread over 256 steps.
struct Ranges {
  std::vector<float> least, most;  // [E]; empty: nothing was added

  void add(std::span<const float> vector);
};

// int8, uint8: floor((value - least) / ((most - least) / 255)) within [0, 255], int8 less 128; a
// step of 0 counts as 1.  `ranges` is of E numbers.  Computed in float32, as the reference does.
// binary, ubinary: whether a value is > 0, the first one in the highest bit of the first byte;
// binary less 128.  dst [quantized_size()].
void quantize(std::span<const float> vector, Precision precision, const Ranges& ranges,
              std::span<std::uint8_t> dst);

// How the bytes of int8 and uint8 read: byte b of number k stands for zero[k] + step[k] * b, the
// middle of what became b.
struct ByteScale {
  std::vector<float> zero, step;  // [E]
};
ByteScale byte_scale(Precision precision, const Ranges& ranges);

// The bits of ubinary.
std::vector<std::uint8_t> sign_bits(std::span<const float> vector);

}  // namespace nlp::task
