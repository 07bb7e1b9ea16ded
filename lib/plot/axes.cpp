#include "plot/axes.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "plot/render.hpp"
#include "plot/ticks.hpp"

namespace nlp::plot {
namespace {
constexpr double kTickSize = 12, kAxisSize = 13;
constexpr double kTick = 4, kMinorTick = 2.5;
constexpr double kLeastX = 70;  // pixels between labels

double least_y(double length) { return length < 160 ? 22 : 34; }

// Thin lines are sharp where they cover whole pixels.
double sharp(double place) { return std::floor(place) + 0.5; }

void draw_x(const Panel& panel, Picture& picture) {
  const Scale scale = panel.x_scale();
  const auto ticks = ticks_of(panel.x, panel.right - panel.left, kLeastX);
  const auto labels = tick_labels(ticks, panel.x.logarithmic);
  if (panel.x.logarithmic)
    for (const double tick : minor_log_ticks(panel.x.range)) {
      const double x = sharp(scale(tick));
      picture.add(Line{{{x, panel.bottom}, {x, panel.bottom + kMinorTick}}, kInk});
    }
  for (std::size_t k = 0; k < ticks.size(); ++k) {
    const double x = sharp(scale(ticks[k]));
    picture.add(Line{{{x, panel.bottom}, {x, panel.bottom + kTick}}, kInk});
    if (panel.labelled_x)
      picture.add(
          Text{labels[k], {x, panel.bottom + kTick + 14}, kTickSize, Anchor::middle, false, false});
  }
  if (panel.labelled_x)
    picture.add(Text{panel.x.name,
                     {(panel.left + panel.right) / 2, panel.bottom + kBelow - 7},
                     kAxisSize,
                     Anchor::middle,
                     false,
                     false});
}

void draw_y(const Panel& panel, Picture& picture) {
  const Scale scale = panel.y_scale();
  const auto ticks = ticks_of(panel.y, panel.bottom - panel.top, least_y(panel.bottom - panel.top));
  const auto labels = tick_labels(ticks, panel.y.logarithmic);
  if (panel.y.logarithmic)
    for (const double tick : minor_log_ticks(panel.y.range)) {
      const double y = sharp(scale(tick));
      picture.add(Line{{{panel.left - kMinorTick, y}, {panel.left, y}}, kInk});
    }
  for (std::size_t k = 0; k < ticks.size(); ++k) {
    const double y = sharp(scale(ticks[k]));
    picture.add(Line{{{panel.left - kTick, y}, {panel.left, y}}, kInk});
    picture.add(Text{labels[k],
                     {panel.left - kTick - 4, y + kTickSize * 0.36},
                     kTickSize,
                     Anchor::end,
                     false,
                     false});
  }
  picture.add(Text{panel.y.name,
                   {panel.name_at, (panel.top + panel.bottom) / 2},
                   kAxisSize,
                   Anchor::middle,
                   false,
                   true});
}
}  // namespace

std::vector<double> ticks_of(const Axis& axis, double length, double least_distance) {
  const int most = std::max(2, static_cast<int>(length / least_distance) + 1);
  auto ticks = axis.logarithmic ? log_ticks(axis.range, most) : linear_ticks(axis.range, most);
  if (axis.whole) std::erase_if(ticks, [](double tick) { return tick != std::floor(tick); });
  return ticks;
}

double room_on_left(const Axis& y, double length) {
  double widest = 0;
  for (const auto& label : tick_labels(ticks_of(y, length, least_y(length)), y.logarithmic))
    widest = std::max(widest, text_width(label, kTickSize));
  return widest + kTick + 12 + kAxisSize;
}

void draw_axes(const Panel& panel, Picture& picture) {
  const double needed = text_width(panel.y.name, kAxisSize);
  if (needed > panel.bottom - panel.top)
    throw Error(
        Kind::usage,
        fmt::format("no room for the axis `{}` (expected {:.0f} pixels, got {:.0f}); make the "
                    "picture higher",
                    panel.y.name, std::ceil(needed), panel.bottom - panel.top));
  const Scale x = panel.x_scale(), y = panel.y_scale();
  for (const double tick : ticks_of(panel.x, panel.right - panel.left, kLeastX))
    picture.add(Line{{{sharp(x(tick)), panel.top}, {sharp(x(tick)), panel.bottom}}, kGrid});
  for (const double tick :
       ticks_of(panel.y, panel.bottom - panel.top, least_y(panel.bottom - panel.top)))
    picture.add(Line{{{panel.left, sharp(y(tick))}, {panel.right, sharp(y(tick))}}, kGrid});
  draw_x(panel, picture);
  draw_y(panel, picture);
  picture.add(Line{{{sharp(panel.left), panel.top},
                    {sharp(panel.left), sharp(panel.bottom)},
                    {panel.right, sharp(panel.bottom)}},
                   kInk});
}

}  // namespace nlp::plot
