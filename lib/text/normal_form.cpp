// Unicode normal forms.  utf8proc decomposes; what the reference does otherwise stands in tables.
#include <utf8proc.h>

#include <algorithm>
#include <optional>
#include <span>

#include "text/unicode.hpp"
#include "text/unicode_ranges.hpp"
#include "text/unicode_tables.hpp"
#include "text/utf8.hpp"

namespace nlp::text {
namespace {

using tables::Pair;
using tables::Range;

int combining_class(char32_t point) {
  if (point < 0x300) return 0;
  const int known = utf8proc_get_property(static_cast<utf8proc_int32_t>(point))->combining_class;
  return known == 0 || within(tables::kStarters, point) ? 0 : known;
}

void decompose(std::string_view text, bool compatible, std::vector<Change>& dst) {
  constexpr std::size_t kMost = 32;  // no code point decomposes into more than 18
  constexpr char32_t kFirst = 0xA0;  // below, nothing decomposes
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = decode(text, at);
    utf8proc_int32_t parts[kMost];
    int last_class = 0;
    const bool whole = point < kFirst || (compatible ? within(tables::kWholeCompatible, point)
                                                     : within(tables::kWhole, point));
    const utf8proc_ssize_t count =
        whole
            ? 0
            : utf8proc_decompose_char(static_cast<utf8proc_int32_t>(point), parts, kMost,
                                      static_cast<utf8proc_option_t>(
                                          UTF8PROC_DECOMPOSE | (compatible ? UTF8PROC_COMPAT : 0)),
                                      &last_class);
    if (count <= 0) dst.push_back({point, 0});
    for (utf8proc_ssize_t k = 0; k < count; ++k)
      dst.push_back({static_cast<char32_t>(parts[k]), k == 0 ? 0 : 1});
  }
}

// Canonical order: runs of marks, stable by class.
void order(std::vector<Change>& points) {
  for (std::size_t from = 0; from < points.size();) {
    if (combining_class(points[from].point) == 0) {
      ++from;
      continue;
    }
    std::size_t to = from;
    while (to < points.size() && combining_class(points[to].point) != 0) ++to;
    std::stable_sort(points.begin() + static_cast<std::ptrdiff_t>(from),
                     points.begin() + static_cast<std::ptrdiff_t>(to),
                     [](const Change& left, const Change& right) {
                       return combining_class(left.point) < combining_class(right.point);
                     });
    from = to;
  }
}

std::optional<char32_t> composed(char32_t first, char32_t second) {
  // Hangul: Unicode Standard, section 3.12.
  constexpr char32_t kL = 0x1100, kV = 0x1161, kT = 0x11A7, kS = 0xAC00;
  constexpr char32_t kLs = 19, kVs = 21, kTs = 28;
  if (first >= kL && first < kL + kLs && second >= kV && second < kV + kVs)
    return kS + ((first - kL) * kVs + (second - kV)) * kTs;
  if (first >= kS && first < kS + kLs * kVs * kTs && (first - kS) % kTs == 0 && second > kT &&
      second < kT + kTs)
    return first + (second - kT);
  const auto* found =
      std::lower_bound(std::begin(tables::kPairs), std::end(tables::kPairs), Pair{first, second, 0},
                       [](const Pair& a, const Pair& b) {
                         return a.first != b.first ? a.first < b.first : a.second < b.second;
                       });
  if (found == std::end(tables::kPairs) || found->first != first || found->second != second)
    return {};
  return found->composed;
}

// In place: the starter `base` takes what composes with it, unless a mark of the same or a higher
// class stands between.
void compose(std::vector<Change>& points) {
  std::size_t size = 0;  // points that are done
  std::size_t base = 0;
  bool has_base = false;
  int last_class = -1;  // of the marks kept behind the base; -1: there is none
  for (const Change& point : points) {
    const int kind = combining_class(point.point);
    if (has_base && last_class < kind) {
      if (const auto whole = composed(points[base].point, point.point)) {
        points[base] = {*whole, points[base].change + point.change - 1};
        continue;
      }
    }
    if (kind == 0) {
      base = size;
      has_base = true;
      last_class = -1;
    } else if (has_base) {
      last_class = kind;
    }
    points[size++] = point;
  }
  points.resize(size);
}

}  // namespace

void normal_form(std::string_view text, NormalForm form, std::vector<Change>& dst) {
  dst.clear();
  decompose(text, form == NormalForm::nfkd || form == NormalForm::nfkc, dst);
  order(dst);
  if (form == NormalForm::nfc || form == NormalForm::nfkc) compose(dst);
}

}  // namespace nlp::text
