#include "text/utf8.hpp"

#include <cstring>

namespace nlp::text {
namespace {

// The length of the character at the start of `text`, or, when it is none, minus the length of the
// part that could have started one (at least one byte).
int character(std::string_view text) {
  const auto byte = [&](std::size_t k) -> unsigned {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  int size = 0;
  unsigned least = 0x80, most = 0xBF;  // of the second byte
  if (first >= 0xC2 && first <= 0xDF) {
    size = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    size = 3;
    if (first == 0xE0) least = 0xA0;  // shorter forms exist
    if (first == 0xED) most = 0x9F;   // surrogates
  } else if (first >= 0xF0 && first <= 0xF4) {
    size = 4;
    if (first == 0xF0) least = 0x90;
    if (first == 0xF4) most = 0x8F;  // behind U+10FFFF
  } else {
    return -1;
  }
  for (int k = 1; k < size; ++k) {
    if (byte(k) < least || byte(k) > most) return -k;
    least = 0x80;
    most = 0xBF;
  }
  return size;
}

}  // namespace

bool is_ascii(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (word & 0x8080808080808080u) return false;
  }
  for (; at < text.size(); ++at)
    if (static_cast<unsigned char>(text[at]) >= 0x80) return false;
  return true;
}

std::size_t valid_prefix(std::string_view text) {
  if (is_ascii(text)) return text.size();
  std::size_t at = 0;
  while (at < text.size()) {
    const int size = character(text.substr(at));
    if (size < 0) return at;
    at += static_cast<std::size_t>(size);
  }
  return at;
}

std::size_t repair(std::string& text) {
  const std::size_t valid = valid_prefix(text);
  if (valid == text.size()) return 0;
  std::string whole = text.substr(0, valid);
  std::size_t put = 0;
  for (std::size_t at = valid; at < text.size();) {
    const int size = character(std::string_view(text).substr(at));
    if (size > 0) {
      whole.append(text, at, static_cast<std::size_t>(size));
      at += static_cast<std::size_t>(size);
    } else {
      append(whole, 0xFFFD);
      ++put;
      at += static_cast<std::size_t>(-size);
    }
  }
  text = std::move(whole);
  return put;
}

}  // namespace nlp::text
