// Where an axis has its marks, and what is written beside them.
#pragma once
#include <string>
#include <vector>

#include "plot/scale.hpp"

namespace nlp::plot {

// Multiples of 1, 2 or 5 times a power of ten within the range: as many as there can be, not more
// than `most` (>= 2).
std::vector<double> linear_ticks(Range range, int most);

// For a logarithmic axis: powers of ten, or every second, third, … of them; where these are fewer
// than three 1, 2 and 5 times them; where the range is too small for these as linear_ticks().
std::vector<double> log_ticks(Range range, int most);

// 2 to 9 times powers of ten: the marks without a label.
std::vector<double> minor_log_ticks(Range range);

// One for each value, as short as they can be.  On a linear axis all have the same decimals.
// Thousands are "20k", millions "3M" where the largest is 10,000 or more; small numbers "5e-4".
std::vector<std::string> tick_labels(const std::vector<double>& values, bool logarithmic);

}  // namespace nlp::plot
