// Ramps of colours for values.  Steps of a ramp look equally large, and its lightness tells the
// values without any colour, too.
#pragma once
#include <cstddef>
#include <vector>

#include "plot/color.hpp"
#include "plot/scale.hpp"

namespace nlp::plot {

class Ramp {
 public:
  // Along the straight lines between the anchors (at least two), with equal distances.  `terminal`:
  // the colours that it has on a terminal, where the nearest of all would be of any hue.
  Ramp(const std::vector<Color>& anchors, const std::vector<int>& terminal);

  // Of a share from 0 to 1; what is beyond has the colour of the end.
  Color operator()(double share) const;
  int terminal(double share) const;

 private:
  friend Ramp diverging_ramp();
  Ramp() = default;
  std::size_t step(double share) const;

  std::vector<Color> steps_;
  std::vector<int> terminal_;
};

Ramp sequential_ramp();  // from pale to dark, for values from 0 on
Ramp diverging_ramp();   // from dark brown over white to dark blue, for values on both sides of 0

// Values as colours.
struct ColorScale {
  Range range;
  Ramp ramp;
  // Whether there are values beyond the range, which have the colours of its ends.
  bool has_lower = false, has_higher = false;

  double share(double value) const { return (value - range.low) / (range.high - range.low); }
  Color operator()(double value) const { return ramp(share(value)); }
  int terminal(double value) const { return ramp.terminal(share(value)); }
};

// From 0 to the largest value, or to `most` where that is not 0.
ColorScale sequential_scale(const std::vector<double>& values, double most);

// From -X to X: `most`, or the largest size of a value.  Where that is more than twice the size
// that 99 of 100 values do not exceed it is the latter, for few outliers not to make all pale.
ColorScale diverging_scale(const std::vector<double>& values, double most);

}  // namespace nlp::plot
