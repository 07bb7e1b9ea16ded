// What the lines of a panel mean.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "plot/axes.hpp"

namespace nlp::plot {

struct LegendEntry {
  std::string name;
  Color color;
  bool dashed = false;
  bool is_point = false;  // a disc instead of a line
};

// Draws a box in that corner of the panel where it covers the fewest of `points`; of equal ones
// upper right, upper left, lower right, lower left.
// Throws Error{usage} where it has no room in the panel.
void draw_legend(const Panel& panel, std::span<const LegendEntry> entries,
                 std::span<const Point> points, Picture& picture);

}  // namespace nlp::plot
