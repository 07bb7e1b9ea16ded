// Colours as they are seen: in this space distances are differences that look equally large.
// Source: Ottosson, "A perceptual color space for image processing", 2020.
#pragma once
#include "plot/color.hpp"

namespace nlp::plot {

struct Oklab {
  double lightness = 0, green_red = 0, blue_yellow = 0;  // 0 black, 1 white; opponent axes
};
Oklab oklab(Color color);
Color color_of(Oklab color);  // what is beyond sRGB is clipped
double distance(Oklab left, Oklab right);

}  // namespace nlp::plot
