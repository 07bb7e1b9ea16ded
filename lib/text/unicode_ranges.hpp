// Whether a code point stands in a table of text/unicode_tables.hpp.
#pragma once
#include <algorithm>
#include <span>

#include "text/unicode_tables.hpp"

namespace nlp::text {

// `ranges` are in order and do not overlap.
inline bool within(std::span<const tables::Range> ranges, char32_t point) {
  const auto behind = std::upper_bound(
      ranges.begin(), ranges.end(), point,
      [](char32_t value, const tables::Range& range) { return value < range.first; });
  return behind != ranges.begin() && point <= (behind - 1)->last;
}

}  // namespace nlp::text
