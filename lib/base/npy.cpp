#include "base/npy.hpp"

#include <fmt/format.h>

#include <bit>

#include "base/error.hpp"

namespace nlp::npy {

static_assert(std::endian::native == std::endian::little, "values are written as they lie");

std::size_t size_of(Type type) { return type == Type::float32 ? 4 : 8; }

std::string header(Type type, std::span<const std::int64_t> shape) {
  constexpr std::size_t kBefore = 10;  // magic, version, size
  constexpr std::size_t kBlock = 64;
  std::string extents;
  for (const auto extent : shape) extents += fmt::format("{}, ", extent);
  if (shape.size() > 1) extents.resize(extents.size() - 2);
  if (shape.size() == 1) extents.pop_back();  // Python's (3,)
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                 type == Type::float32 ? "<f4" : "<i8", extents);
  const std::size_t whole = (kBefore + text.size() + 1 + kBlock - 1) / kBlock * kBlock;
  text.append(whole - kBefore - text.size() - 1, ' ');
  text += '\n';
  if (text.size() > 0xFFFF) throw Error(Kind::data, "npy: too many extents for the header");
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(text.size() & 0xFF);
  bytes += static_cast<char>(text.size() >> 8);
  return bytes + text;
}

}  // namespace nlp::npy
