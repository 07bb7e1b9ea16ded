#include "plot/heat_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "plot/axes.hpp"
#include "plot/render.hpp"
#include "plot/ticks.hpp"
#include "text/width.hpp"

namespace nlp::plot {
namespace {
constexpr Color kCellFrame{150, 150, 150};
constexpr double kScaleSize = 11, kScaleNameSize = 12, kScaleTick = 4, kPoint = 9;
constexpr double kBetweenTicks = 40;

std::vector<double> bar_ticks(const ColorScale& scale, double height) {
  return ticks_of({"", scale.range, false, false}, height, kBetweenTicks);
}

// The end that values lie beyond.
std::string bound(const ColorScale& scale, bool high) {
  const bool beyond = high ? scale.has_higher : scale.has_lower;
  return fmt::format("{}{:.3g}", beyond ? (high ? "≥ " : "≤ ") : "",
                     high ? scale.range.high : scale.range.low);
}
}  // namespace

void draw_cells(const Values& values, const ColorScale& scale, const Rectangle& at,
                Picture& picture) {
  Cells cells{{at.left, at.top}, at.width, at.height, values.rows, values.columns, {}};
  for (const double value : values.values) cells.colors.push_back(scale(value));
  picture.add(std::move(cells));
  const double left = std::floor(at.left) - 0.5, top = std::floor(at.top) - 0.5,
               right = std::ceil(at.left + at.width) + 0.5,
               bottom = std::ceil(at.top + at.height) + 0.5;
  picture.add(
      Line{{{left, top}, {right, top}, {right, bottom}, {left, bottom}, {left, top}}, kCellFrame});
}

HoverMap hover_map(const Values& values, const Rectangle& at, std::string name) {
  return {std::move(name), at.left,     at.top,         at.width,
          at.height,       values.rows, values.columns, values.values};
}

void draw_color_bar(const ColorScale& scale, const std::string& name, const Rectangle& at,
                    Picture& picture) {
  constexpr int kSteps = 128;
  Values steps{kSteps, 1, {}};
  for (int k = 0; k < kSteps; ++k)
    steps.values.push_back(
        std::lerp(scale.range.high, scale.range.low, (k + 0.5) / static_cast<double>(kSteps)));
  draw_cells(steps, scale, at, picture);
  const double middle = at.left + at.width / 2, bottom = at.top + at.height;
  const auto point = [&](double y, double tip, double value) {
    picture.add(Polygon{{{at.left, y}, {at.left + at.width, y}, {middle, tip}}, scale(value)});
    picture.add(
        Line{{{at.left - 0.5, y}, {middle, tip}, {at.left + at.width + 0.5, y}}, kCellFrame});
  };
  if (scale.has_higher) point(at.top, at.top - kPoint, scale.range.high);
  if (scale.has_lower) point(bottom, bottom + kPoint, scale.range.low);
  const Scale down{scale.range, false, bottom, at.top};
  const auto ticks = bar_ticks(scale, at.height);
  const auto labels = tick_labels(ticks, false);
  double widest = 0;
  for (std::size_t k = 0; k < ticks.size(); ++k) {
    const double y = down(ticks[k]), right = at.left + at.width + 0.5;
    picture.add(Line{{{right, y}, {right + kScaleTick, y}}, kCellFrame});
    picture.add(Text{labels[k],
                     {right + kScaleTick + 4, y + kScaleSize * 0.36},
                     kScaleSize,
                     Anchor::start,
                     false,
                     false});
    widest = std::max(widest, text_width(labels[k], kScaleSize));
  }
  if (!name.empty())
    picture.add(Text{
        name,
        {at.left + at.width + kScaleTick + 8 + widest + kScaleNameSize, at.top + at.height / 2},
        kScaleNameSize,
        Anchor::middle,
        false,
        true});
}

double color_bar_room(const ColorScale& scale, const std::string& name, double height) {
  double widest = 0;
  for (const auto& label : tick_labels(bar_ticks(scale, height), false))
    widest = std::max(widest, text_width(label, kScaleSize));
  return kBarWidth + kScaleTick + 5 + widest + (name.empty() ? 0 : kScaleNameSize + 7);
}

Values resampled(const Values& values, int rows, int columns) {
  Values made{rows, columns, {}};
  const auto from = [](int k, int count, int source) {
    return static_cast<int>(static_cast<std::int64_t>(k) * source / count);
  };
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c) {
      double sum = 0;
      int count = 0;
      for (int y = from(r, rows, values.rows); y < from(r + 1, rows, values.rows); ++y)
        for (int x = from(c, columns, values.columns); x < from(c + 1, columns, values.columns);
             ++x, ++count)
          sum += values.at(y, x);
      made.values.push_back(sum / count);
    }
  return made;
}

void draw_cells(const Values& values, const ColorScale& scale, int column, int row, int width,
                bool half_rows, bool colored, Blocks& blocks) {
  static constexpr const char* kShades[] = {" ", "░", "▒", "▓", "█"};
  for (int r = 0; r < values.rows; ++r)
    for (int c = 0; c < values.columns; ++c)
      for (int k = 0; k < width; ++k) {
        const int at = column + c * width + k;
        const double value = values.at(r, c);
        if (colored && half_rows) {
          blocks.half(at, 2 * row + r, scale.terminal(value));
        } else if (colored) {
          blocks.half(at, 2 * (row + r), scale.terminal(value));
          blocks.half(at, 2 * (row + r) + 1, scale.terminal(value));
        } else {
          const double share = std::clamp(scale.share(value), 0.0, 1.0);
          blocks.text(at, row + r, kShades[std::min(4, static_cast<int>(share * 5))]);
        }
      }
}

void draw_color_bar(const ColorScale& scale, int column, int row, int width, bool colored,
                    Blocks& blocks) {
  const std::string low = bound(scale, false), high = bound(scale, true);
  Values steps{1, std::max(5, width - text::columns_of(low) - text::columns_of(high) - 2), {}};
  for (int k = 0; k < steps.columns; ++k)
    steps.values.push_back(std::lerp(scale.range.low, scale.range.high, (k + 0.5) / steps.columns));
  blocks.text(column, row, low);
  column += text::columns_of(low) + 1;
  draw_cells(steps, scale, column, row, 1, false, colored, blocks);
  blocks.text(column + steps.columns + 1, row, high);
}

}  // namespace nlp::plot
