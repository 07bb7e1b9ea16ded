// NumPy's array files.  Source: numpy/lib/format.py, format versions 1.0 to 3.0; 1.0 is written.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nlp::npy {

enum class Type { float32, int64, int8, uint8 };
std::size_t size_of(Type type);

// What stands before the values of a little-endian array in row-major order; its size is a multiple
// of 64 bytes.  Throws Error{data} for more extents than the format's 64 KiB hold.
std::string header(Type type, std::span<const std::int64_t> shape);

// What a file says of its values.
struct Header {
  Type type = Type::float32;
  std::vector<std::int64_t> shape;
  std::size_t offset = 0;  // of the first value
};

// Of a whole file.  Throws Error{data}: it is no array file, its values are of another type, in
// Fortran's order or of another byte order, or they are not all there.
Header read_header(std::span<const std::byte> file);

// Whether a file begins as array files do.
bool is_array(std::span<const std::byte> file);

}  // namespace nlp::npy
