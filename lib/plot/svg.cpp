#include "plot/svg.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace nlp::plot {
namespace {
// A hundredth of a pixel is enough, and no "-0".
std::string number(double value) {
  return fmt::format("{:.6g}", std::round(value * 100) / 100 + 0.0);
}

std::string paint(const char* what, Color color) {
  std::string text = fmt::format(" {}=\"{}\"", what, hex(color));
  if (color.opacity < 1) text += fmt::format(" {}-opacity=\"{}\"", what, number(color.opacity));
  return text;
}

std::string places(const std::vector<Point>& points) {
  std::string made;
  for (const Point& point : points) {
    if (!made.empty()) made += ' ';
    made += number(point.x) + ',' + number(point.y);
  }
  return made;
}

struct Writer {
  std::string& dst;

  void operator()(const Box& box) const {
    dst += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>\n",
                       number(box.corner.x), number(box.corner.y), number(box.width),
                       number(box.height), paint("fill", box.fill));
  }
  void operator()(const Line& line) const {
    dst += "<polyline points=\"" + places(line.points);
    dst += fmt::format("\" fill=\"none\" stroke-width=\"{}\"{}", number(line.width),
                       paint("stroke", line.color));
    if (line.dashed) dst += fmt::format(" stroke-dasharray=\"{},{}\"", kDashes[0], kDashes[1]);
    dst += "/>\n";
  }
  void operator()(const Polygon& polygon) const {
    dst += fmt::format("<polygon points=\"{}\"{}/>\n", places(polygon.points),
                       paint("fill", polygon.fill));
  }
  void operator()(const Disc& disc) const {
    dst += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}{} stroke-width=\"1.5\"/>\n",
                       number(disc.center.x), number(disc.center.y), number(disc.radius),
                       paint("fill", disc.fill), paint("stroke", disc.edge));
  }
  // A path for each colour, of runs along the rows.
  void operator()(const Cells& cells) const {
    std::map<std::string, std::string> paths;
    for (int row = 0; row < cells.rows; ++row)
      for (int column = 0, end = 0; column < cells.columns; column = end) {
        const auto color_at = [&](int k) {
          return hex(cells.colors[static_cast<std::size_t>(row * cells.columns + k)]);
        };
        const std::string color = color_at(column);
        for (end = column + 1; end < cells.columns && color_at(end) == color;) ++end;
        paths[color] += fmt::format("M{} {}h{}v1h-{}z", column, row, end - column, end - column);
      }
    // Smooth edges would let the paper shine through between cells.
    dst += fmt::format(
        "<g transform=\"translate({} {}) scale({:.8g} {:.8g})\" shape-rendering=\"crispEdges\">\n",
        number(cells.corner.x), number(cells.corner.y), cells.width / cells.columns,
        cells.height / cells.rows);
    for (const auto& [color, path] : paths)
      dst += fmt::format("<path fill=\"{}\" d=\"{}\"/>\n", color, path);
    dst += "</g>\n";
  }
  void operator()(const Text& text) const {
    const std::string x = number(text.at.x), y = number(text.at.y);
    dst += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\"{}", x, y, number(text.size),
                       paint("fill", text.color));
    if (text.anchor != Anchor::start)
      dst += fmt::format(" text-anchor=\"{}\"", text.anchor == Anchor::middle ? "middle" : "end");
    if (text.bold) dst += " font-weight=\"bold\"";
    if (text.upwards) dst += fmt::format(" transform=\"rotate(-90 {} {})\"", x, y);
    dst += '>' + escaped(text.text) + "</text>\n";
  }
};
}  // namespace

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '&')
      made += "&amp;";
    else if (c == '<')
      made += "&lt;";
    else if (c == '>')
      made += "&gt;";
    else if (c == '"')
      made += "&quot;";
    else
      made += c;
  }
  return made;
}

std::string svg(const Picture& picture) {
  const std::string width = number(picture.width), height = number(picture.height);
  std::string made = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\" font-family=\"DejaVu Sans, Verdana, sans-serif\" "
      "stroke-linejoin=\"round\" role=\"img\">\n<title>{2}</title>\n",
      width, height, escaped(picture.title));
  for (const Shape& shape : picture.shapes) std::visit(Writer{made}, shape);
  return made + "</svg>\n";
}

}  // namespace nlp::plot
