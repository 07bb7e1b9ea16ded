// Counts as horizontal bars, a row for each name.
#pragma once
#include <string>
#include <vector>

#include "plot/picture.hpp"

namespace nlp::plot {

struct Bars {
  std::vector<std::string> names;  // from above; valid UTF-8 without control characters
  std::vector<double> counts;      // whole numbers from 0
  std::string axis;                // what is counted
  std::string title;
};

// Pixels in which each bar has room.
int bars_height(const Bars& bars);

// Names on the left, counts at the ends of the bars.
// Throws Error{usage} where the picture is too low or too narrow for them.
Picture draw_bars(const Bars& bars, double width, double height);

// The same of block characters; `rows` 0: as many as it needs.
// Throws Error{usage} for too few rows.
std::string bars_blocks(const Bars& bars, int columns, int rows, bool colored);

}  // namespace nlp::plot
