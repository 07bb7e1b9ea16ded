// UTF-8: decoding, encoding, and repair of what is not UTF-8.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace nlp::text {

// The code point at `at` of valid UTF-8; `at` moves behind it.
inline char32_t decode(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[at + k]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return ++at, first;
  if (first < 0xE0) {
    const char32_t point = (first & 0x1Fu) << 6 | (byte(1) & 0x3Fu);
    return at += 2, point;
  }
  if (first < 0xF0) {
    const char32_t point = (first & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    return at += 3, point;
  }
  const char32_t point =
      (first & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu);
  return at += 4, point;
}

// Bytes that a code point takes in UTF-8.
inline std::size_t encoded_size(char32_t point) {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

inline void append(std::string& text, char32_t point) {
  const auto put = [&](char32_t bits) { text.push_back(static_cast<char>(bits)); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

// Whether a byte starts a code point.
inline bool starts_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

// Where the code point before the byte `at` > 0 starts.
inline std::size_t previous_start(std::string_view text, std::size_t at) {
  do --at;
  while (at > 0 && !starts_code_point(text[at]));
  return at;
}

bool is_ascii(std::string_view text);

// The length of the first part that is valid UTF-8: text.size() when all of it is.
std::size_t valid_prefix(std::string_view text);

// Puts one U+FFFD in place of each maximal part that starts like a character but is none, as
// Unicode (section 3.9, table 3-8) and Python do.  Returns how many were put; 0 leaves text alone.
std::size_t repair(std::string& text);

}  // namespace nlp::text
