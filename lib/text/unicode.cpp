#include "text/unicode.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <span>

#include "text/unicode_tables.hpp"

namespace nlp::text {
namespace {

using tables::Range;

bool within(std::span<const Range> ranges, char32_t point) {
  const auto behind =
      std::upper_bound(ranges.begin(), ranges.end(), point,
                       [](char32_t value, const Range& range) { return value < range.first; });
  return behind != ranges.begin() && point <= (behind - 1)->last;
}

constexpr Range kCjk[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},
                          {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F},
                          {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};

int combining_class(char32_t point) {
  if (point < 0x300) return 0;
  const int known = utf8proc_get_property(static_cast<utf8proc_int32_t>(point))->combining_class;
  return known == 0 || within(tables::kStarters, point) ? 0 : known;
}

}  // namespace

bool is_control(char32_t point) { return within(tables::kControl, point); }
bool is_nonspacing(char32_t point) { return point >= 0x300 && within(tables::kNonspacing, point); }
bool is_punctuation(char32_t point) { return within(tables::kPunctuation, point); }
bool is_whitespace(char32_t point) { return within(tables::kWhitespace, point); }
bool is_cjk(char32_t point) { return point >= 0x3400 && within(kCjk, point); }

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

void decompose(const std::u32string& text, std::vector<Changed>& dst) {
  constexpr std::size_t kMost = 32;  // no code point decomposes into more than 4
  dst.clear();
  for (const char32_t point : text) {
    utf8proc_int32_t parts[kMost];
    int last_class = 0;
    const utf8proc_ssize_t count =
        point < 0xC0 || within(tables::kWhole, point)
            ? 0
            : utf8proc_decompose_char(static_cast<utf8proc_int32_t>(point), parts, kMost,
                                      UTF8PROC_DECOMPOSE, &last_class);
    if (count <= 0) {
      dst.push_back({point, 0});
    } else {
      for (utf8proc_ssize_t k = 0; k < count; ++k)
        dst.push_back({static_cast<char32_t>(parts[k]), k == 0 ? 0 : 1});
    }
  }
  // Canonical order: runs of marks, stable by class.
  for (std::size_t from = 0; from < dst.size();) {
    if (combining_class(dst[from].point) == 0) {
      ++from;
      continue;
    }
    std::size_t to = from;
    while (to < dst.size() && combining_class(dst[to].point) != 0) ++to;
    std::stable_sort(dst.begin() + static_cast<std::ptrdiff_t>(from),
                     dst.begin() + static_cast<std::ptrdiff_t>(to),
                     [](const Changed& left, const Changed& right) {
                       return combining_class(left.point) < combining_class(right.point);
                     });
    from = to;
  }
}

}  // namespace nlp::text
