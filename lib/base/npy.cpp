#include "base/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <string_view>

#include "base/error.hpp"

namespace nlp::npy {

static_assert(std::endian::native == std::endian::little, "values are written as they lie");

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

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

// What stands behind `key` in Python's dictionary, up to what ends it.
std::string_view value_of(std::string_view dictionary, std::string_view key, char end) {
  const std::string quoted = fmt::format("'{}':", key);
  const auto at = dictionary.find(quoted);
  const auto from =
      at == std::string_view::npos ? at : dictionary.find_first_not_of(' ', at + quoted.size());
  const auto to = from == std::string_view::npos ? from : dictionary.find(end, from + 1);
  if (to == std::string_view::npos)
    throw Error(Kind::data, fmt::format("the header of the array has no {}; write it again", key));
  return dictionary.substr(from, to - from);
}

std::vector<std::int64_t> parse_shape(std::string_view text) {
  std::vector<std::int64_t> shape;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data() + 1; at < end;) {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    std::int64_t extent = -1;
    const auto [next, error] = std::from_chars(at, end, extent);
    if (error != std::errc() || extent < 0)
      throw Error(Kind::data, fmt::format("shape {}): no list of extents", text));
    shape.push_back(extent);
    at = next;
  }
  return shape;
}

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

bool is_array(std::span<const std::byte> file) {
  return file.size() >= kMagic.size() &&
         std::memcmp(file.data(), kMagic.data(), kMagic.size()) == 0;
}

Header read_header(std::span<const std::byte> file) {
  const std::string_view bytes(reinterpret_cast<const char*>(file.data()), file.size());
  const auto byte = [&](std::size_t at) {
    return std::size_t{static_cast<unsigned char>(bytes[at])};
  };
  if (!is_array(file) || bytes.size() < 12)
    throw Error(Kind::data, "no NumPy array (expected a .npy file)");
  // Version 1 has 2 bytes for the size of its dictionary, later ones 4.
  const bool old = byte(6) == 1;
  const std::size_t before = old ? 10 : 12;
  std::size_t size = byte(8) | byte(9) << 8;
  if (!old) size |= byte(10) << 16 | byte(11) << 24;
  if (bytes.size() < before + size) throw Error(Kind::data, "the header of the array is cut off");
  const std::string_view dictionary = bytes.substr(before, size);

  Header header;
  header.offset = before + size;
  const std::string_view name = value_of(dictionary, "descr", ',');
  const auto* const row = std::ranges::find_if(
      kTypes, [&](const TypeRow& known) { return name == fmt::format("'{}'", known.name); });
  if (row == std::end(kTypes))
    throw Error(Kind::data, fmt::format("dtype {} is not supported (expected float32, int64, int8 "
                                        "or uint8, little-endian)",
                                        name));
  header.type = row->type;
  if (!value_of(dictionary, "fortran_order", ',').starts_with("False"))
    throw Error(Kind::data, "the array is in Fortran's order; save numpy.ascontiguousarray of it");
  header.shape = parse_shape(value_of(dictionary, "shape", ')'));
  std::size_t room = (bytes.size() - header.offset) / row->size;
  const bool empty = std::ranges::count(header.shape, 0) > 0;
  for (const auto extent : header.shape) {
    if (empty) break;
    room /= static_cast<std::size_t>(extent);
  }
  if (!empty && room == 0)
    throw Error(Kind::data,
                fmt::format("the array is cut off (expected values of shape [{}], got "
                            "{} bytes)",
                            fmt::join(header.shape, ", "), bytes.size() - header.offset));
  return header;
}

}  // namespace nlp::npy
