#include "plot/bars/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "plot/axes.hpp"
#include "plot/blocks.hpp"
#include "plot/render.hpp"
#include "plot/ticks.hpp"
#include "text/width.hpp"

namespace nlp::plot {
namespace {
constexpr double kRow = 22, kLeastRow = 12, kCountSize = 12;
constexpr double kNameGap = 8, kTickRoom = 60, kLeastBars = 80;
constexpr int kLongestName = 24;  // columns of a terminal

double largest(const Bars& bars) {
  const double most = bars.counts.empty() ? 0 : std::ranges::max(bars.counts);
  return most > 0 ? most : 1;
}

std::string count_text(double count) { return fmt::format("{:.0f}", count); }

std::vector<std::string> names_of(const Bars& bars) {
  std::vector<std::string> names;
  for (const auto& name : bars.names) names.push_back(text::cut_to_columns(name, kLongestName));
  return names;
}

double widest(const std::vector<std::string>& texts) {
  double most = 0;
  for (const auto& text : texts) most = std::max(most, text_width(text, kCountSize));
  return most;
}

// So many eighths of a cell, at its left.
const char* eighths(int count) {
  static constexpr const char* kParts[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  return kParts[count];
}
}  // namespace

int bars_height(const Bars& bars) {
  const double title = bars.title.empty() ? kEdge : kEdge + kTitle;
  return static_cast<int>(
      std::min(10000.0, std::ceil(title + kRow * static_cast<double>(bars.names.size()) + kBelow)));
}

Picture draw_bars(const Bars& bars, double width, double height) {
  const auto names = names_of(bars);
  std::vector<std::string> counts;
  for (const double count : bars.counts) counts.push_back(count_text(count));
  const double left = std::ceil(kEdge + widest(names) + kNameGap);
  const double right = std::floor(width - kEdge - widest(counts) - kNameGap);
  const double top = bars.title.empty() ? kEdge : kEdge + kTitle;
  const double bottom = height - kBelow - 4;
  const double row = (bottom - top) / static_cast<double>(std::max<std::size_t>(1, names.size()));
  if (row < kLeastRow || right - left < kLeastBars)
    throw Error(Kind::usage,
                fmt::format("no room for {} bars (got {:.0f} x {:.0f} pixels); make the picture "
                            "larger, or show fewer",
                            names.size(), width, height));

  Picture picture{width, height, bars.title.empty() ? bars.axis : bars.title, {}};
  picture.add(Box{{0, 0}, width, height, kPaper});
  if (!bars.title.empty())
    picture.add(Text{bars.title, {width / 2, kEdge + 12}, 15, Anchor::middle, true, false});
  const Axis axis{bars.axis, {0, largest(bars)}, false, true};
  const Scale scale{axis.range, false, left, right};
  const auto ticks = ticks_of(axis, right - left, kTickRoom);
  const auto labels = tick_labels(ticks, false);
  for (std::size_t k = 0; k < ticks.size(); ++k) {
    const double x = std::floor(scale(ticks[k])) + 0.5;
    picture.add(Line{{{x, top}, {x, bottom + 4}}, kGrid});
    picture.add(Text{labels[k], {x, bottom + 18}, 12, Anchor::middle, false, false});
  }
  picture.add(
      Text{bars.axis, {(left + right) / 2, bottom + kBelow - 7}, 13, Anchor::middle, false, false});
  for (std::size_t k = 0; k < names.size(); ++k) {
    const double middle = top + (static_cast<double>(k) + 0.5) * row;
    const double high = std::floor(row * 0.72), end = scale(bars.counts[k]);
    picture.add(Box{{left, std::floor(middle - high / 2)}, end - left, high, series_color(0)});
    const double line = middle + kCountSize * 0.36;
    picture.add(Text{names[k], {left - kNameGap, line}, kCountSize, Anchor::end, false, false});
    picture.add(
        Text{counts[k], {end + kNameGap - 2, line}, kCountSize, Anchor::start, false, false});
  }
  const double x = std::floor(left) + 0.5;
  picture.add(Line{{{x, top}, {x, std::floor(bottom) + 0.5}}, kInk});
  return picture;
}

std::string bars_blocks(const Bars& bars, int columns, int rows, bool colored) {
  const auto names = names_of(bars);
  const int title = bars.title.empty() ? 0 : 2;
  const int needed = title + static_cast<int>(names.size()) + 2;
  if (rows != 0 && rows < needed)
    throw Error(Kind::usage, fmt::format("too few rows for the bars (expected {}, got {}); give "
                                         "--height {}, or show fewer",
                                         needed, rows, needed));
  int left = 0, count_width = 0;
  for (const auto& name : names) left = std::max(left, text::columns_of(name) + 1);
  for (const double count : bars.counts)
    count_width = std::max(count_width, text::columns_of(count_text(count)) + 1);
  const int room = std::max(1, columns - left - count_width);
  Blocks blocks(columns, std::max(needed, rows));
  blocks.text(left, 0, bars.title);
  for (std::size_t k = 0; k < names.size(); ++k) {
    const int row = title + static_cast<int>(k);
    blocks.text(left - 1 - text::columns_of(names[k]), row, names[k]);
    const int parts = static_cast<int>(std::lround(8 * room * bars.counts[k] / largest(bars)));
    int column = left;
    for (int rest = parts; rest > 0; rest -= 8)
      blocks.mark(column++, row, eighths(std::min(8, rest)), series_color(0));
    blocks.text(column + 1, row, count_text(bars.counts[k]));
  }
  blocks.text(left, title + static_cast<int>(names.size()) + 1, bars.axis);
  return blocks.str(colored);
}

}  // namespace nlp::plot
