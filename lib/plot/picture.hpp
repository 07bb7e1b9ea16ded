// A picture as a list of shapes, the first one undermost: what is drawn, before any file type is
// chosen.  Units are pixels of 1/96 inch; x grows to the right, y downwards.
#pragma once
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "plot/color.hpp"

namespace nlp::plot {

struct Point {
  double x = 0, y = 0;
};

struct Line {
  std::vector<Point> points;
  Color color;
  double width = 1;
  bool dashed = false;
};

struct Box {
  Point corner;  // the upper left one
  double width = 0, height = 0;
  Color fill;
};

struct Polygon {
  std::vector<Point> points;
  Color fill;
};

struct Disc {
  Point center;
  double radius = 0;
  Color fill;
  Color edge;
};

// Rows of rectangles without gaps, row-major from the upper left corner on.
struct Cells {
  Point corner;
  double width = 0, height = 0;  // of all together
  int rows = 0, columns = 0;
  std::vector<Color> colors;  // their opacity does not count
};

enum class Anchor { start, middle, end };

// Valid UTF-8 without control characters.
struct Text {
  std::string text;
  Point at;  // on the base line
  double size = 12;
  Anchor anchor = Anchor::start;
  bool bold = false;
  bool upwards = false;  // reads from below to above
  Color color = kInk;
};

using Shape = std::variant<Box, Line, Polygon, Disc, Cells, Text>;

struct Picture {
  double width = 0, height = 0;
  std::string title;  // for readers of the file; what is seen is a shape
  std::vector<Shape> shapes;

  // One of the kinds of Shape.
  template <class Kind>
  void add(Kind shape) {
    shapes.emplace_back(std::in_place_type<Kind>, std::move(shape));
  }
};

// Pixels around what is drawn, and of the row of its title.
inline constexpr double kEdge = 18, kTitle = 30;
// Pixels drawn and left out in a dashed line.
inline constexpr double kDashes[] = {6, 4};

}  // namespace nlp::plot
