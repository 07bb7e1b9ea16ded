#include "text/grapheme.hpp"

#include <algorithm>
#include <iterator>

#include "text/grapheme_tables.hpp"
#include "text/utf8.hpp"

namespace nlp::text {
namespace {

constexpr char32_t kJoiner = 0x200D;

enum class Class { other, control, extend, prepend, leading, vowel, trailing, open, closed, pict };

template <std::size_t N>
bool in(const tables::Range (&ranges)[N], char32_t point) {
  const auto* range = std::upper_bound(
      std::begin(ranges), std::end(ranges), point,
      [](char32_t value, const tables::Range& candidate) { return value < candidate.first; });
  return range != std::begin(ranges) && point <= std::prev(range)->last;
}

// The syllable blocks of Korean and their parts.
Class hangul(char32_t point) {
  constexpr char32_t kSyllable = 0xAC00, kTrailing = 28;
  if (point <= 0x115F || (point >= 0xA960 && point <= 0xA97C)) return Class::leading;
  if (point <= 0x11A7 || (point >= 0xD7B0 && point <= 0xD7C6)) return Class::vowel;
  if (point <= 0x11FF || (point >= 0xD7CB && point <= 0xD7FB)) return Class::trailing;
  if (point >= kSyllable && point <= 0xD7A3)
    return (point - kSyllable) % kTrailing == 0 ? Class::open : Class::closed;
  return Class::other;
}

Class class_of(char32_t point) {
  if (point < 0x300) {
    if (point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0xAD) return Class::control;
    // No other pictograph fits twice, with a joiner between, into a short cluster or next to one.
    return point == 0xA9 || point == 0xAE ? Class::pict : Class::other;
  }
  if (point >= 0x3400 && point < 0xA000) return Class::other;
  if ((point >= 0x1100 && point < 0x1200) || (point >= 0xA960 && point <= 0xA97C) ||
      (point >= 0xAC00 && point <= 0xD7FB))
    return hangul(point);
  if (in(tables::kExtend, point)) return Class::extend;
  if (in(tables::kPrepend, point)) return Class::prepend;
  return in(tables::kClusterControl, point) ? Class::control : Class::other;
}

bool syllable_goes_on(Class left, Class right) {
  if (left == Class::leading)
    return right == Class::leading || right == Class::vowel || right == Class::open ||
           right == Class::closed;
  if (left == Class::open || left == Class::vowel)
    return right == Class::vowel || right == Class::trailing;
  return (left == Class::closed || left == Class::trailing) && right == Class::trailing;
}

}  // namespace

std::size_t cluster_size(std::string_view text, std::size_t at) {
  const std::size_t from = at;
  char32_t before = decode(text, at);
  Class left = class_of(before);
  if (left == Class::control)
    return before == U'\r' && at < text.size() && text[at] == '\n' ? 2 : at - from;
  bool pictograph = left == Class::pict;  // and nothing but what extends it since
  while (at < text.size()) {
    std::size_t end = at;
    const char32_t point = decode(text, end);
    const Class right = class_of(point);
    if (right == Class::control) break;
    const bool joined = right == Class::extend || left == Class::prepend ||
                        syllable_goes_on(left, right) ||
                        (right == Class::pict && pictograph && before == kJoiner);
    if (!joined) break;
    pictograph = right == Class::pict || (pictograph && right == Class::extend);
    before = point;
    left = right;
    at = end;
  }
  return at - from;
}

}  // namespace nlp::text
