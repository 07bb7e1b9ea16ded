#include "text/sentences.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::text {
namespace {

constexpr std::string_view kAbbreviations[] = {
    "Mr",  "Mrs", "Ms",   "Dr",   "Prof", "St",  "Mt",  "Sr",   "Jr",  "Gen", "Col", "Capt", "Lt",
    "Sgt", "Rev", "Hon",  "Gov",  "Sen",  "Rep", "Vol", "Fig",  "vs",  "cf",  "ca",  "etc",  "Inc",
    "Ltd", "Co",  "Corp", "Bros", "Jan",  "Feb", "Aug", "Sept", "Oct", "Nov", "Dec",
};

bool one_of(char32_t point, std::u32string_view points) {
  return points.find(point) != std::u32string_view::npos;
}

// What stands behind the end of a sentence and is part of it.
bool closes(char32_t point) { return one_of(point, U"\"')]}\u2019\u201D\u00BB\u300D\u300F\uFF09"); }

// Scripts behind the Cyrillic one have no small letters here.
bool is_small(char32_t point) {
  constexpr char32_t kLast = 0x530;
  return point < kLast && is_letter(point) && lowercase(point).first == point;
}

// Whether the word before a dot is one that a dot belongs to.
bool takes_dot(std::string_view before) {
  std::size_t letters = 0;
  std::size_t start = before.size();
  while (start > 0) {
    std::size_t at = start - 1;
    while (at > 0 && !starts_code_point(before[at])) --at;
    std::size_t behind = at;
    if (!is_word(decode(before, behind))) break;
    start = at;
    ++letters;
  }
  const std::string_view word = before.substr(start);
  std::size_t at = 0;
  if (letters == 1) return is_letter(decode(word, at));
  return std::ranges::find(kAbbreviations, word) != std::end(kAbbreviations);
}

}  // namespace

std::vector<Span> sentences(std::string_view text) {
  std::vector<Span> found;
  std::size_t start = 0;
  const auto end_at = [&](std::size_t end) {
    Span span{static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)};
    const auto space = [&](std::size_t at, std::size_t& behind) {
      behind = at;
      return is_whitespace(decode(text, behind));
    };
    std::size_t behind = 0;
    while (span.start < span.end && space(span.start, behind))
      span.start = static_cast<std::uint32_t>(behind);
    while (span.start < span.end) {
      std::size_t last = span.end - 1;
      while (!starts_code_point(text[last])) --last;
      if (!space(last, behind)) break;
      span.end = static_cast<std::uint32_t>(last);
    }
    if (span.size() > 0) found.push_back(span);
    start = end;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t here = at;
    const char32_t point = decode(text, at);
    if (point == '\n') {
      end_at(at);
      continue;
    }
    const bool always = one_of(point, U"\u3002\uFF01\uFF1F\u0964\u061F");
    if (!always && !one_of(point, U".!?\u2026")) continue;
    const bool dot = point == '.' && takes_dot(text.substr(0, here));
    std::size_t next = at;
    while (next < text.size()) {
      std::size_t behind = next;
      if (!closes(decode(text, behind))) break;
      next = behind;
    }
    if (next == text.size()) break;
    const std::size_t end = next;
    bool apart = false;
    char32_t follows = 0;
    while (next < text.size()) {
      follows = decode(text, next);
      if (!is_whitespace(follows)) break;
      apart = true;
    }
    if (always || (!dot && apart && !is_small(follows))) end_at(at = end);
  }
  end_at(text.size());
  return found;
}

}  // namespace nlp::text
