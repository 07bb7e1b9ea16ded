// Time against the size of models, both axes logarithmic.
#pragma once
#include <string>
#include <vector>

#include "plot/html.hpp"

namespace nlp::plot {

struct ScalingCurves {
  std::vector<double> parameters;              // ascending, > 0
  std::vector<double> measured, hypothetical;  // seconds a token, > 0
  std::vector<std::string> names;              // of the points: "12x768"
  std::string measured_name, hypothetical_name;
  std::string title;
};

// Measured times are discs, named, and a line; the hypothetical curve is dashed.
// Throws Error{usage} where the names of the axes or of the curves have no room.
HoverPicture draw_scaling(const ScalingCurves& curves, double width, double height);

// The same of block characters; without colours the hypothetical curve is of dots.
// Throws Error{usage} for too few rows.
std::string scaling_blocks(const ScalingCurves& curves, int columns, int rows, bool colored);

}  // namespace nlp::plot
