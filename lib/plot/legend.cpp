#include "plot/legend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "plot/render.hpp"

namespace nlp::plot {
namespace {
constexpr double kSize = 12, kEntry = 19, kSample = 24, kInside = 8, kOutside = 8;
constexpr Color kOutline{204, 204, 204};
}  // namespace

void draw_legend(const Panel& panel, std::span<const LegendEntry> entries,
                 std::span<const Point> points, Picture& picture) {
  double widest = 0;
  for (const auto& entry : entries) widest = std::max(widest, text_width(entry.name, kSize));
  const double width = widest + kSample + 3 * kInside;
  const double height = kEntry * static_cast<double>(entries.size()) + kInside;
  if (width > panel.right - panel.left || height > panel.bottom - panel.top)
    throw Error(Kind::usage,
                fmt::format("no room for the names of the lines (expected {:.0f} x {:.0f} pixels, "
                            "got {:.0f} x {:.0f}); make the picture larger",
                            std::ceil(width), std::ceil(height), panel.right - panel.left,
                            panel.bottom - panel.top));
  const double left = panel.left + kOutside, right = panel.right - kOutside - width;
  const double top = panel.top + kOutside, bottom = panel.bottom - kOutside - height;
  const auto covered = [&](Point corner) {
    return std::ranges::count_if(points, [&](Point p) {
      return p.x >= corner.x && p.x <= corner.x + width && p.y >= corner.y &&
             p.y <= corner.y + height;
    });
  };
  Point corner{right, top};
  for (const Point other : {Point{left, top}, Point{right, bottom}, Point{left, bottom}})
    if (covered(other) < covered(corner)) corner = other;

  picture.add(Box{corner, width, height, with_opacity(kPaper, 0.85)});
  const double x0 = std::floor(corner.x) + 0.5, y0 = std::floor(corner.y) + 0.5;
  const double x1 = x0 + std::floor(width), y1 = y0 + std::floor(height);
  picture.add(Line{{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}, kOutline});
  double y = corner.y + kInside / 2 + kEntry / 2;
  for (const auto& entry : entries) {
    const double x = corner.x + kInside;
    if (entry.is_point)
      picture.add(Disc{{x + kSample / 2, y}, 3.5, kPaper, entry.color});
    else
      picture.add(Line{{{x, y}, {x + kSample, y}}, entry.color, 2, entry.dashed});
    picture.add(Text{
        entry.name, {x + kSample + kInside, y + kSize * 0.36}, kSize, Anchor::start, false, false});
    y += kEntry;
  }
}

}  // namespace nlp::plot
