// Pictures as pages that tell the numbers under the pointer.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "plot/axes.hpp"

namespace nlp::plot {

// The numbers of one line, by place.
struct HoverSeries {
  std::string name;
  Color color;
  std::vector<double> places;  // in pixels of the picture, ascending
  std::vector<double> x;       // what the axis says there
  // Values by name, as many as places; NaN where there is none.
  std::vector<std::pair<std::string, std::vector<double>>> values;
};

struct Hover {
  std::string x_name;
  double left = 0, top = 0, right = 0, bottom = 0;  // where it answers
  std::vector<HoverSeries> series;
};

// A whole page: the picture as SVG, the numbers as JSON (null for NaN), and a script within; it
// loads nothing.
std::string html_page(const Picture& picture, const Hover& hover);

}  // namespace nlp::plot
