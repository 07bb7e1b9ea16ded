#include "plot/scaling/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "plot/axes.hpp"
#include "plot/block_axes.hpp"
#include "plot/legend.hpp"

namespace nlp::plot {
namespace {
constexpr double kMicro = 1e6;
constexpr int kLeastHigh = 10;

std::vector<double> micro(std::vector<double> seconds) {
  for (double& value : seconds) value *= kMicro;
  return seconds;
}

struct Axes {
  Axis x, y;
};

Axes axes_of(const ScalingCurves& curves) {
  Axes axes{{"parameters of the layers", {}, true, false},
            {"microseconds a token", {}, true, false}};
  for (const double value : curves.parameters) axes.x.range.add(value);
  for (const auto& values : {curves.measured, curves.hypothetical})
    for (const double value : micro(values)) axes.y.range.add(value);
  axes.x.range = padded(axes.x.range, 0.1, true);
  axes.y.range = padded(axes.y.range, 0.08, true);
  return axes;
}

std::vector<Point> points_of(const Panel& panel, const ScalingCurves& curves,
                             const std::vector<double>& seconds) {
  const Scale across = panel.x_scale(), up = panel.y_scale();
  std::vector<Point> points;
  for (std::size_t k = 0; k < seconds.size(); ++k)
    points.push_back({across(curves.parameters[k]), up(kMicro * seconds[k])});
  return points;
}

// Points along a line, close enough that a legend upon it meets some.
void cover(const std::vector<Point>& line, std::vector<Point>& covered) {
  for (std::size_t k = 0; k + 1 < line.size(); ++k)
    for (int part = 0; part <= 16; ++part)
      covered.push_back({std::lerp(line[k].x, line[k + 1].x, part / 16.0),
                         std::lerp(line[k].y, line[k + 1].y, part / 16.0)});
}

void draw_curve(const BlockPanel& panel, const std::vector<double>& x, const std::vector<double>& y,
                Color color, bool dotted, Blocks& blocks) {
  const Scale across = panel.across(), down = panel.down();
  for (std::size_t k = 0; k + 1 < x.size(); ++k) {
    const Point from{across(x[k]), down(kMicro * y[k])},
        to{across(x[k + 1]), down(kMicro * y[k + 1])};
    if (!dotted) {
      blocks.line(from, to, color);
      continue;
    }
    const int parts = std::max(1, static_cast<int>((to.x - from.x) / 4));
    for (int part = 0; part <= parts; ++part) {
      const double share = static_cast<double>(part) / parts;
      blocks.mark(static_cast<int>(std::lround(std::lerp(from.x, to.x, share))) / 2,
                  static_cast<int>(std::lround(std::lerp(from.y, to.y, share))) / 2, "·", color);
    }
  }
}
}  // namespace

HoverPicture draw_scaling(const ScalingCurves& curves, double width, double height) {
  HoverPicture made{{width, height, curves.title.empty() ? "scaling" : curves.title, {}}, {}};
  Picture& picture = made.picture;
  const Axes axes = axes_of(curves);
  Panel panel;
  panel.x = axes.x;
  panel.y = axes.y;
  panel.top = curves.title.empty() ? kEdge : kEdge + kTitle;
  panel.bottom = height - kBelow - 4;
  panel.right = width - kEdge - 6;
  panel.left = std::ceil(room_on_left(panel.y, panel.bottom - panel.top) + kEdge / 2);
  panel.name_at = kEdge / 2 + 12;
  picture.add(Box{{0, 0}, width, height, kPaper});
  if (!curves.title.empty())
    picture.add(Text{curves.title,
                     {(panel.left + panel.right) / 2, kEdge + 12},
                     15,
                     Anchor::middle,
                     true,
                     false});
  draw_axes(panel, picture);

  const auto hypothetical = points_of(panel, curves, curves.hypothetical),
             measured = points_of(panel, curves, curves.measured);
  picture.add(Line{hypothetical, series_color(1), 2, true});
  picture.add(Line{measured, series_color(0), 2});
  std::vector<Point> covered;
  cover(hypothetical, covered);
  cover(measured, covered);
  for (std::size_t k = 0; k < measured.size(); ++k) {
    const Point at = measured[k];
    picture.add(Disc{at, 4, kPaper, series_color(0)});
    // Above the line, which rises to the right.
    const Point name{at.x + 2, at.y - 9};
    picture.add(Text{curves.names[k], name, 11, Anchor::end, false, false});
    covered.push_back(name);
  }
  draw_legend(panel,
              std::vector<LegendEntry>{{curves.measured_name, series_color(0), false, false},
                                       {curves.hypothetical_name, series_color(1), true, false}},
              covered, picture);

  made.hover.x_name = "parameters";
  made.hover.left = panel.left;
  made.hover.top = panel.top;
  made.hover.right = panel.right;
  made.hover.bottom = panel.bottom;
  HoverSeries series{"µs a token", series_color(0), {}, curves.parameters, {}};
  for (const Point& at : measured) series.places.push_back(at.x);
  series.values.emplace_back("measured", micro(curves.measured));
  series.values.emplace_back("hypothetical", micro(curves.hypothetical));
  made.hover.series.push_back(std::move(series));
  return made;
}

std::string scaling_blocks(const ScalingCurves& curves, int columns, int rows, bool colored) {
  const int title = curves.title.empty() ? 0 : 1;
  const int least = title + 3 + kLeastHigh;
  if (rows < least)
    throw Error(Kind::usage, fmt::format("too few rows for the picture (expected {}, got {}); "
                                         "give --height {}",
                                         least, rows, least));
  const Axes axes = axes_of(curves);
  Blocks blocks(columns, rows);
  BlockPanel panel{axes.x, axes.y};
  panel.top = title + 3;
  panel.bottom = rows - 4;
  panel.right = columns - 1;
  panel.left = room_on_left(panel.y, panel.bottom - panel.top + 1);
  draw_axes(panel, blocks);
  draw_curve(panel, curves.parameters, curves.hypothetical, series_color(1), !colored, blocks);
  draw_curve(panel, curves.parameters, curves.measured, series_color(0), false, blocks);
  for (std::size_t k = 0; k < curves.measured.size(); ++k)
    blocks.mark(static_cast<int>(std::lround(panel.across()(curves.parameters[k]))) / 2,
                static_cast<int>(std::lround(panel.down()(kMicro * curves.measured[k]))) / 2, "●",
                series_color(0));
  blocks.text(panel.left, 0, curves.title);
  blocks.mark(panel.left, title, "●", series_color(0));
  blocks.text(panel.left + 3, title, curves.measured_name);
  blocks.mark(panel.left, title + 1, colored ? "▀" : "·", series_color(1));
  blocks.mark(panel.left + 1, title + 1, colored ? "▀" : "·", series_color(1));
  blocks.text(panel.left + 3, title + 1, curves.hypothetical_name);
  blocks.text(0, title + 2, axes.y.name);
  blocks.text(panel.left, rows - 1, axes.x.name);
  return blocks.str(colored);
}

}  // namespace nlp::plot
