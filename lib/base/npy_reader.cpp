#include "base/npy_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/error.hpp"

namespace nlp::npy {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kVersionEnd = 8;
constexpr std::size_t kMostExtents = 64;  // NumPy's NPY_MAXDIMS
constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int64_t>::max();

struct Row {
  Element element;
  std::string_view descr;  // without the byte order
  std::string_view name;
  std::size_t size;
};
constexpr Row kRows[] = {
    {Element::boolean, "b1", "bool", 1}, {Element::i8, "i1", "int8", 1},
    {Element::i16, "i2", "int16", 2},    {Element::i32, "i4", "int32", 4},
    {Element::i64, "i8", "int64", 8},    {Element::u8, "u1", "uint8", 1},
    {Element::u16, "u2", "uint16", 2},   {Element::u32, "u4", "uint32", 4},
    {Element::u64, "u8", "uint64", 8},   {Element::f16, "f2", "float16", 2},
    {Element::f32, "f4", "float32", 4},  {Element::f64, "f8", "float64", 8},
};

// The dictionary of a header: a Python literal with the keys descr, fortran_order and shape.
class Dictionary {
 public:
  Dictionary(std::string_view text, const std::string& where) : rest_(text), where_(where) {}

  void read(ArrayHeader& header) {
    bool descr = false, order = false, shape = false;
    const auto once = [&](bool& seen) {
      if (std::exchange(seen, true)) fail("a key of the header is there twice");
    };
    expect('{');
    while (!take('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        once(descr);
        header.element = element();
      } else if (key == "fortran_order") {
        once(order);
        header.column_major = boolean();
      } else if (key == "shape") {
        once(shape);
        header.shape = extents();
      } else {
        fail("the header has a key that the format does not know");
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (!rest_.empty()) fail("the header does not end behind its dictionary");
    if (!descr || !order || !shape)
      fail("the header lacks a key (expected descr, fortran_order, shape)");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Kind::data, fmt::format("{}: damaged .npy file: {}", where_, what));
  }
  void skip_space() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }
  bool take(char wanted) {
    skip_space();
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) fail(fmt::format("its header is no dictionary (expected '{}')", wanted));
  }
  std::string_view quoted() {
    skip_space();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    const auto end = quote == '\'' || quote == '"' ? rest_.find(quote, 1) : std::string_view::npos;
    if (end == std::string_view::npos) fail("its header is no dictionary (expected a string)");
    const auto text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool boolean() {
    skip_space();
    for (const auto& [word, value] :
         {std::pair(std::string_view("True"), true), std::pair(std::string_view("False"), false)})
      if (rest_.starts_with(word)) {
        rest_.remove_prefix(word.size());
        return value;
      }
    fail("fortran_order is neither True nor False");
  }
  std::int64_t number() {
    skip_space();
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      if (value > (std::numeric_limits<std::int64_t>::max() - 9) / 10)
        fail("an extent is too large");
      value = 10 * value + (rest_[digits] - '0');
    }
    if (digits == 0) fail("shape is no tuple of sizes");
    rest_.remove_prefix(digits);
    if (rest_.starts_with('L')) rest_.remove_prefix(1);  // Python 2
    return value;
  }
  std::vector<std::int64_t> extents() {
    std::vector<std::int64_t> shape;
    expect('(');
    while (!take(')')) {
      if (shape.size() == kMostExtents)
        fail(fmt::format("too many extents (expected at most {})", kMostExtents));
      shape.push_back(number());
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }
  Element element() {
    skip_space();
    const std::string_view descr = rest_.starts_with('[') ? "[" : quoted();
    const std::string_view order = descr.substr(0, 1);
    const auto* row = std::ranges::find(kRows, descr.substr(order.size()), &Row::descr);
    if (row == std::end(kRows) || (order != "<" && order != "|" && order != ">" && order != "="))
      throw Error(Kind::data,
                  fmt::format("{}: its elements are no numbers (expected float32 or the "
                              "like, got descr {}); save numbers",
                              where_, descr == "[" ? "of a structure" : descr));
    if (order == ">" && row->size > 1)
      throw Error(Kind::data,
                  fmt::format("{}: its numbers are big-endian (expected little-endian, got {}); "
                              "save array.astype('<{}')",
                              where_, descr, row->descr));
    return row->element;
  }

  std::string_view rest_;
  const std::string& where_;
};

std::uint64_t bytes_of_values(const ArrayHeader& header, const std::string& where) {
  std::uint64_t bytes = size_of(header.element);
  const auto fits = [&](std::int64_t extent) {
    return extent == 0 || bytes <= kMostBytes / static_cast<std::uint64_t>(extent);
  };
  for (const auto extent : header.shape) {
    if (!fits(extent))
      throw Error(Kind::data, where + ": damaged .npy file: more values than memory can hold");
    bytes *= static_cast<std::uint64_t>(std::max<std::int64_t>(extent, 1));
  }
  return std::ranges::find(header.shape, 0) == header.shape.end() ? bytes : 0;
}

}  // namespace

std::size_t size_of(Element element) { return kRows[static_cast<std::size_t>(element)].size; }
std::string_view name_of(Element element) { return kRows[static_cast<std::size_t>(element)].name; }

bool is_array_file(std::span<const std::byte> start) {
  return start.size() >= kMagic.size() &&
         std::memcmp(start.data(), kMagic.data(), kMagic.size()) == 0;
}

std::optional<ArrayHeader> read_array_header(std::span<const std::byte> start,
                                             const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  const std::size_t magic = std::min(text.size(), kMagic.size());
  if (text.substr(0, magic) != kMagic.substr(0, magic))
    throw Error(Kind::data, where + ": not a .npy file; write it with np.save");
  if (text.size() < kVersionEnd) return std::nullopt;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0)
    throw Error(Kind::data, fmt::format("{}: .npy format {}.{} is not known (expected 1.0 to 3.0)",
                                        where, version, byte(7)));
  const std::size_t size_bytes = version == 1 ? 2 : 4, begin = kVersionEnd + size_bytes;
  if (text.size() < begin) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t k = 0; k < size_bytes; ++k)
    size |= std::size_t{byte(kVersionEnd + k)} << (8 * k);
  if (text.size() - begin < size) return std::nullopt;
  ArrayHeader header;
  header.size = begin + size;
  Dictionary(text.substr(begin, size), where).read(header);
  header.value_bytes = bytes_of_values(header, where);
  return header;
}

Array read(std::span<const std::byte> file, const std::string& where) {
  const auto header = read_array_header(file, where);
  if (!header)
    throw Error(Kind::data,
                fmt::format("{}: damaged .npy file: it ends within its header (at byte {})", where,
                            file.size()));
  Array array{*header, file.subspan(header->size)};
  if (array.values.size() != header->value_bytes)
    throw Error(Kind::data, fmt::format("{}: damaged .npy file (expected {} bytes of values, got "
                                        "{}); write it again",
                                        where, header->value_bytes, array.values.size()));
  return array;
}

std::optional<std::span<const float>> Array::floats() const {
  const auto address = reinterpret_cast<std::uintptr_t>(values.data());
  const bool columns = column_major && shape.size() > 1;
  if (element != Element::f32 || columns || address % alignof(float) != 0) return std::nullopt;
  return std::span(reinterpret_cast<const float*>(values.data()), values.size() / sizeof(float));
}

}  // namespace nlp::npy
