// NumPy's array files.  Source: numpy/lib/format.py, format version 1.0.  npy_reader.hpp reads
// them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace nlp::npy {

enum class Type { float32, int64, int8, uint8 };
std::size_t size_of(Type type);

// What stands before the values of a little-endian array in row-major order; its size is a multiple
// of 64 bytes.  Throws Error{data} for more extents than the format's 64 KiB hold.
std::string header(Type type, std::span<const std::int64_t> shape);

}  // namespace nlp::npy
