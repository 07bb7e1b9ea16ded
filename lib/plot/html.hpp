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

// The numbers of a field of cells, row-major.
struct HoverMap {
  std::string name;                                 // of this one among several
  double left = 0, top = 0, width = 0, height = 0;  // in pixels of the picture
  int rows = 0, columns = 0;
  std::vector<double> values;
};

// Lines, or cells.
struct Hover {
  std::string x_name;
  double left = 0, top = 0, right = 0, bottom = 0;  // where it answers
  std::vector<HoverSeries> series;

  std::vector<HoverMap> maps = {};
  std::string row_name = {}, column_name = {}, value_name = {};
  std::vector<std::string> rows = {}, columns = {};  // what each is, in all maps
};

struct HoverPicture {
  Picture picture;
  Hover hover;
};

// A whole page: the picture as SVG, the numbers as JSON (null for NaN), and a script within; it
// loads nothing.
std::string html_page(const Picture& picture, const Hover& hover);

}  // namespace nlp::plot
