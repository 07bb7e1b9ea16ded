// Byte offsets of a text as code points or UTF-16 units.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/span.hpp"

namespace nlp::text {

enum class Unit { bytes, codepoints, utf16 };

// For one text of valid UTF-8, which must outlive it.  Made in one pass, asked in constant time.
class Offsets {
 public:
  Offsets(std::string_view text, Unit unit);

  std::uint32_t operator()(std::uint32_t byte) const;
  Span operator()(Span bytes) const { return {(*this)(bytes.start), (*this)(bytes.end)}; }

  // The way back: the byte where unit `index` starts.
  std::uint32_t byte_of(std::uint32_t index) const;

 private:
  std::uint32_t units(std::size_t from, std::size_t to) const;

  std::string_view text_;
  Unit unit_;
  bool identity_;
  std::vector<std::uint32_t> before_;  // units before each block of bytes
};

}  // namespace nlp::text
