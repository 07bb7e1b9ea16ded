#include "plot/oklab.hpp"

#include <algorithm>
#include <cmath>

namespace nlp::plot {
namespace {
// Both directions of sRGB's curve.  Source: IEC 61966-2-1.
double to_linear(double value) {
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}
double from_linear(double value) {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * std::pow(value, 1 / 2.4) - 0.055;
}

std::uint8_t to_byte(double linear) {
  return static_cast<std::uint8_t>(
      std::lround(255 * std::clamp(from_linear(std::clamp(linear, 0.0, 1.0)), 0.0, 1.0)));
}
}  // namespace

Oklab oklab(Color color) {
  const double red = to_linear(color.red / 255.0), green = to_linear(color.green / 255.0),
               blue = to_linear(color.blue / 255.0);
  const double l = std::cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const double m = std::cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const double s = std::cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

Color color_of(Oklab color) {
  const auto cube = [](double value) { return value * value * value; };
  const double l =
      cube(color.lightness + 0.3963377774 * color.green_red + 0.2158037573 * color.blue_yellow);
  const double m =
      cube(color.lightness - 0.1055613458 * color.green_red - 0.0638541728 * color.blue_yellow);
  const double s =
      cube(color.lightness - 0.0894841775 * color.green_red - 1.2914855480 * color.blue_yellow);
  return {to_byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          to_byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          to_byte(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

double distance(Oklab left, Oklab right) {
  return std::hypot(left.lightness - right.lightness, left.green_red - right.green_red,
                    left.blue_yellow - right.blue_yellow);
}

}  // namespace nlp::plot
