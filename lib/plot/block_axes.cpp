#include "plot/block_axes.hpp"

#include <algorithm>
#include <cmath>

#include "plot/ticks.hpp"
#include "text/width.hpp"

namespace nlp::plot {
namespace {
constexpr double kLeastColumns = 12, kLeastRows = 4;  // between labels
}

int room_on_left(const Axis& y, int rows) {
  int widest = 0;
  for (const auto& label : tick_labels(ticks_of(y, rows, kLeastRows), y.logarithmic))
    widest = std::max(widest, text::columns_of(label));
  return widest + 2;
}

void draw_axes(const BlockPanel& panel, Blocks& blocks) {
  const Scale across = panel.across(), down = panel.down();
  for (int row = panel.top; row <= panel.bottom; ++row) blocks.text(panel.left - 1, row, "│");
  for (int column = panel.left; column <= panel.right; ++column)
    blocks.text(column, panel.bottom + 1, "─");
  blocks.text(panel.left - 1, panel.bottom + 1, "└");
  const auto y_ticks = ticks_of(panel.y, panel.bottom - panel.top + 1, kLeastRows);
  const auto y_labels = tick_labels(y_ticks, panel.y.logarithmic);
  for (std::size_t k = 0; k < y_ticks.size(); ++k) {
    const int row = static_cast<int>(std::lround(down(y_ticks[k]))) / 2;
    blocks.text(panel.left - 1, row, "┤");
    blocks.text(panel.left - 1 - text::columns_of(y_labels[k]), row, y_labels[k]);
  }
  const auto x_ticks = ticks_of(panel.x, panel.right - panel.left + 1, kLeastColumns);
  const auto x_labels = tick_labels(x_ticks, panel.x.logarithmic);
  for (std::size_t k = 0; k < x_ticks.size(); ++k) {
    const int column = static_cast<int>(std::lround(across(x_ticks[k]))) / 2;
    const int size = text::columns_of(x_labels[k]);
    blocks.text(column, panel.bottom + 1, "┬");
    blocks.text(std::clamp(column - size / 2, 0, panel.right + 1 - size), panel.bottom + 2,
                x_labels[k]);
  }
}

}  // namespace nlp::plot
