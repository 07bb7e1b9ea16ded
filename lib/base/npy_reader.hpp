// Reads NumPy's array files.  Source: numpy/lib/format.py, format versions 1.0, 2.0 and 3.0.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::npy {

enum class Element : std::uint8_t { boolean, i8, i16, i32, i64, u8, u16, u32, u64, f16, f32, f64 };
std::size_t size_of(Element element);       // bytes
std::string_view name_of(Element element);  // as NumPy calls it: "float32", "bool"

// Whether a file that begins with `start` begins as array files do.
bool is_array_file(std::span<const std::byte> start);

// What stands before the values.
struct ArrayHeader {
  Element element = Element::f32;
  std::vector<std::int64_t> shape;  // empty: a single number
  bool column_major = false;        // `fortran_order`: the first axis runs fastest
  std::size_t size = 0;             // bytes of the header, its magic included
  std::uint64_t value_bytes = 0;    // of all values
};

// The header of the file that begins with `start`; absent where `start` ends before the header
// does.  Throws Error{data} `WHERE: rule` for what is no such file, another byte order than
// little-endian, Python objects, structures and strings, more than 64 extents, or values of 2^63
// bytes or more.
std::optional<ArrayHeader> read_array_header(std::span<const std::byte> start,
                                             const std::string& where);

// An array in a file that is mapped or read: nothing is copied.
struct Array : ArrayHeader {
  std::span<const std::byte> values;  // little-endian; aligned to as little as a byte

  std::int64_t count() const { return static_cast<std::int64_t>(values.size() / size_of(element)); }
  // The values where they are float32 in row-major order and can be looked at as they lie, as
  // np.save writes them; else absent.
  std::optional<std::span<const float>> floats() const;
};

// The array of a whole file, as a view into it.
// Throws Error{data} as read_array_header(), and where the file is shorter or longer than it says.
Array read(std::span<const std::byte> file, const std::string& where);

}  // namespace nlp::npy
