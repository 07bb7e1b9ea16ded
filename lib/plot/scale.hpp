// From values to places.
#pragma once
#include <algorithm>
#include <cmath>

namespace nlp::plot {

struct Range {
  double low = INFINITY, high = -INFINITY;

  bool is_empty() const { return low > high; }
  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

// Whether an axis has a place for the value.
inline bool has_place(double value, bool logarithmic) {
  return std::isfinite(value) && (!logarithmic || value > 0);
}

struct Scale {
  Range range;
  bool logarithmic = false;
  double from = 0, to = 1;  // the places of range.low and range.high

  double operator()(double value) const {
    const auto at = [&](double v) { return logarithmic ? std::log(v) : v; };
    return from + (to - from) * ((at(value) - at(range.low)) / (at(range.high) - at(range.low)));
  }
};

// The range with `share` of its extent more at both ends; values that are (almost) one get
// room around them, so that an axis always has an extent.
inline Range padded(Range range, double share, bool logarithmic) {
  if (logarithmic) {
    const double ratio = range.high / range.low;
    const double more = ratio > 1 + 1e-9 ? std::pow(ratio, share) : 1.25;
    return {range.low / more, range.high * more};
  }
  const double extent = range.high - range.low;
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  const double more = extent > 1e-9 * size ? extent * share : size > 0 ? size * 0.1 : 1;
  return {range.low - more, range.high + more};
}

}  // namespace nlp::plot
