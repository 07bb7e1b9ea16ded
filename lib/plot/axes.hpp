// A panel of a picture: two axes with their ticks, labels and grid.
#pragma once
#include <string>
#include <vector>

#include "plot/picture.hpp"
#include "plot/scale.hpp"

namespace nlp::plot {

struct Axis {
  std::string name;
  Range range;
  bool logarithmic = false;
  bool whole = false;  // only whole numbers get ticks
};

struct Panel {
  double left = 0, top = 0, right = 0, bottom = 0;  // where the axes are
  Axis x, y;
  double name_at = 0;      // where the name of the y axis stands
  bool labelled_x = true;  // false where the panel below has the same axis

  Scale x_scale() const { return {x.range, x.logarithmic, left, right}; }
  Scale y_scale() const { return {y.range, y.logarithmic, bottom, top}; }
};

// Ticks of an axis that is so many pixels long.
std::vector<double> ticks_of(const Axis& axis, double length, double least_distance);

// Pixels that the labels and the name of a panel's y axis need on its left; below, an x axis with
// its labels takes kBelow.
double room_on_left(const Axis& y, double length);
inline constexpr double kBelow = 44;

// What lies under the lines: grid, axes, ticks, labels, names.
// Throws Error{usage} where the panel has no room for the name of an axis.
void draw_axes(const Panel& panel, Picture& picture);

}  // namespace nlp::plot
