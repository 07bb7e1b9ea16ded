// Curves made calm, and curves made small.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace nlp::plot {

// The mean around each place, weighted by exp(-distance / span): it does not lag behind.  `x`
// ascends; span > 0.  Values that are NaN count for nothing and stay NaN.  Linear in the length.
std::vector<double> smooth(std::span<const double> x, std::span<const double> y, double span);

// The values that a line of them needs to look the same: of all whose place is in the same column
// the first, the least, the greatest and the last one, and each NaN beside a number.  Ascending
// indices into `places`, in pixels, which ascend.
// Source: Jugel et al., "M4: a visualization-oriented time series data aggregation", VLDB 2014.
std::vector<std::size_t> thinned(std::span<const double> places, std::span<const double> values);

}  // namespace nlp::plot
