#include "base/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <string_view>

#include "base/error.hpp"

namespace nlp::npy {

static_assert(std::endian::native == std::endian::little, "values are written as they lie");

namespace {

struct TypeRow {
  Type type;
  std::string_view name;  // NumPy's
  std::size_t size;
};
constexpr TypeRow kTypes[] = {{Type::float32, "<f4", 4},
                              {Type::int64, "<i8", 8},
                              {Type::int8, "|i1", 1},
                              {Type::uint8, "|u1", 1}};

const TypeRow& row_of(Type type) { return *std::ranges::find(kTypes, type, &TypeRow::type); }

}  // namespace

std::size_t size_of(Type type) { return row_of(type).size; }

std::string header(Type type, std::span<const std::int64_t> shape) {
  constexpr std::size_t kBefore = 10;  // magic, version, size
  constexpr std::size_t kBlock = 64;
  std::string extents;
  for (const auto extent : shape) extents += fmt::format("{}, ", extent);
  if (shape.size() > 1) extents.resize(extents.size() - 2);
  if (shape.size() == 1) extents.pop_back();  // Python's (3,)
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                 row_of(type).name, extents);
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
