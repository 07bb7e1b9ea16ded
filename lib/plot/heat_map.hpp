// Matrices as cells of colours: attention, positions.
#pragma once
#include <string>
#include <vector>

#include "plot/blocks.hpp"
#include "plot/html.hpp"
#include "plot/ramp.hpp"

namespace nlp::plot {

// A matrix of numbers, row-major; row 0 is the upper one.
struct Values {
  int rows = 0, columns = 0;
  std::vector<double> values;

  double at(int row, int column) const {
    return values[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                  static_cast<std::size_t>(column)];
  }
};

struct Rectangle {
  double left = 0, top = 0, width = 0, height = 0;
};

// The cells within the rectangle, and a thin frame around them.
void draw_cells(const Values& values, const ColorScale& scale, const Rectangle& at,
                Picture& picture);
HoverMap hover_map(const Values& values, const Rectangle& at, std::string name);

// What the colours mean: the ramp with ticks on its right and its name beside them.  The ends are
// pointed where values lie beyond.
void draw_color_bar(const ColorScale& scale, const std::string& name, const Rectangle& at,
                    Picture& picture);
// Pixels that it needs, of a bar that is so many pixels high.
inline constexpr double kBarWidth = 14, kBarGap = 18;  // and before it
double color_bar_room(const ColorScale& scale, const std::string& name, double height);

// Means over areas: so many rows and columns, not more than the values have.
Values resampled(const Values& values, int rows, int columns);

// Of block characters: a cell of the values takes `width` columns, and a row; in colour it may be
// half a row high.  Without colours it is a character of five shades, dark for high values.
void draw_cells(const Values& values, const ColorScale& scale, int column, int row, int width,
                bool half_rows, bool colored, Blocks& blocks);

// The same of the bar: a row, `low ████ high`.
void draw_color_bar(const ColorScale& scale, int column, int row, int width, bool colored,
                    Blocks& blocks);

}  // namespace nlp::plot
