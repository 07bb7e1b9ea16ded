#include "text/unicode.hpp"

#include <algorithm>
#include <span>

#include "text/unicode_ranges.hpp"
#include "text/unicode_tables.hpp"

namespace nlp::text {
namespace {

using tables::Range;

constexpr Range kCjk[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},
                          {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F},
                          {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};

}  // namespace

bool is_control(char32_t point) { return within(tables::kControl, point); }
bool is_nonspacing(char32_t point) { return point >= 0x300 && within(tables::kNonspacing, point); }
bool is_punctuation(char32_t point) { return within(tables::kPunctuation, point); }
bool is_whitespace(char32_t point) { return within(tables::kWhitespace, point); }
bool is_cjk(char32_t point) { return point >= 0x3400 && within(kCjk, point); }

bool is_mark(char32_t point) { return point >= 0x300 && within(tables::kMark, point); }
bool is_letter(char32_t point) { return within(tables::kLetter, point); }
bool is_number(char32_t point) { return within(tables::kNumber, point); }
bool is_numeric(char32_t point) { return within(tables::kNumeric, point); }

int script_of(char32_t point) {
  const auto* behind = std::upper_bound(
      std::begin(tables::kScripts), std::end(tables::kScripts), point,
      [](char32_t value, const tables::Script& range) { return value < range.first; });
  if (behind == std::begin(tables::kScripts) || point > (behind - 1)->last) return 0;
  return (behind - 1)->script;
}

bool is_word(char32_t point) { return within(tables::kWord, point); }

Lower lowercase(char32_t point) {
  if (point < 0x80) return {point >= 'A' && point <= 'Z' ? point + 32 : point, 0};
  if (point == 0x130) return {U'i', 0x307};
  const auto* behind = std::upper_bound(
      std::begin(tables::kLowercase), std::end(tables::kLowercase), point,
      [](char32_t value, const tables::Shift& shift) { return value < shift.first; });
  if (behind == std::begin(tables::kLowercase)) return {point, 0};
  const tables::Shift& shift = *(behind - 1);
  if (point > shift.last || (point - shift.first) % static_cast<char32_t>(shift.step) != 0)
    return {point, 0};
  return {static_cast<char32_t>(static_cast<std::int32_t>(point) + shift.delta), 0};
}

}  // namespace nlp::text
