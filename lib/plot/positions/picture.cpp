#include "plot/positions/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "plot/axes.hpp"
#include "plot/render.hpp"
#include "plot/ticks.hpp"
#include "text/width.hpp"

namespace nlp::plot {
namespace {
constexpr double kColumnsBetween = 12, kRowsBetween = 4;  // labels of blocks

// [dimensions, positions], the last dimension uppermost.
Values upright(const Values& values) {
  Values made{values.columns, values.rows, {}};
  for (int d = values.columns - 1; d >= 0; --d)
    for (int p = 0; p < values.rows; ++p) made.values.push_back(values.at(p, d));
  return made;
}

// Numbers 0 to count - 1, each in the middle of its cell.
Axis cells_axis(std::string name, int count) {
  return {std::move(name), {-0.5, count - 0.5}, false, true};
}
}  // namespace

HoverPicture draw_positions(const Values& values, const std::string& title, double most,
                            double width, double height) {
  HoverPicture made{{width, height, title.empty() ? "positions" : title, {}}, {}};
  Picture& picture = made.picture;
  const ColorScale scale = diverging_scale(values.values, most);
  Panel panel;
  panel.x = cells_axis("position", values.rows);
  panel.y = cells_axis("dimension", values.columns);
  panel.top = title.empty() ? kEdge : kEdge + kTitle;
  panel.bottom = height - kBelow - 4;
  panel.left = std::ceil(room_on_left(panel.y, panel.bottom - panel.top) + kEdge / 2);
  panel.name_at = kEdge / 2 + 12;
  panel.right =
      std::floor(width - kEdge - color_bar_room(scale, "", panel.bottom - panel.top) - kBarGap);

  picture.add(Box{{0, 0}, width, height, kPaper});
  if (!title.empty())
    picture.add(
        Text{title, {(panel.left + panel.right) / 2, kEdge + 12}, 15, Anchor::middle, true, false});
  draw_axes(panel, picture);
  const Values cells = upright(values);
  const Rectangle at{panel.left, panel.top, panel.right - panel.left, panel.bottom - panel.top};
  draw_cells(cells, scale, at, picture);
  draw_color_bar(scale, "", {panel.right + kBarGap, panel.top, kBarWidth, at.height}, picture);

  made.hover.maps.push_back(hover_map(cells, at, ""));
  made.hover.row_name = "dimension";
  made.hover.column_name = "position";
  made.hover.value_name = "value";
  for (int d = cells.rows - 1; d >= 0; --d) made.hover.rows.push_back(std::to_string(d));
  for (int p = 0; p < cells.columns; ++p) made.hover.columns.push_back(std::to_string(p));
  return made;
}

std::string positions_blocks(const Values& values, const std::string& title, double most,
                             int columns, int rows, bool colored) {
  const ColorScale scale = diverging_scale(values.values, most);
  Blocks blocks(columns, rows);
  const int top = title.empty() ? 1 : 2, bottom = rows - 5, left = 6;
  const int high = std::min(bottom - top + 1, colored ? (values.columns + 1) / 2 : values.columns);
  const int wide = std::min(columns - left, values.rows);
  const int y_cells = std::min(values.columns, colored ? 2 * high : high);
  const Values cells = resampled(upright(values), y_cells, wide);
  const int last = top + (colored ? (y_cells + 1) / 2 : y_cells) - 1;
  if (!title.empty()) blocks.text(left, 0, title);
  blocks.text(0, top - 1, "dimension");
  draw_cells(cells, scale, left, top, 1, colored, colored, blocks);
  for (int row = top; row <= last; ++row) blocks.text(left - 1, row, "│");
  for (int column = left; column < left + wide; ++column) blocks.text(column, last + 1, "─");
  blocks.text(left - 1, last + 1, "└");
  const auto ticks = [](int count, int cells_count, double between) {
    return ticks_of(cells_axis("", count), cells_count, between);
  };
  for (const double tick : ticks(values.columns, last - top + 1, kRowsBetween)) {
    const double share = 1 - (tick + 0.5) / values.columns;
    const int row = top + static_cast<int>(share * y_cells) / (colored ? 2 : 1);
    const std::string label = fmt::format("{:.0f}", tick);
    blocks.text(left - 1, row, "┤");
    blocks.text(left - 1 - text::columns_of(label), row, label);
  }
  for (const double tick : ticks(values.rows, wide, kColumnsBetween)) {
    const int column = left + static_cast<int>((tick + 0.5) / values.rows * wide);
    const std::string label = fmt::format("{:.0f}", tick);
    const int size = text::columns_of(label);
    blocks.text(column, last + 1, "┬");
    blocks.text(std::clamp(column - size / 2, 0, columns - size), last + 2, label);
  }
  blocks.text(left + std::max(0, (wide - 8) / 2), last + 3, "position");
  draw_color_bar(scale, left, last + 4, std::min(wide, 48), colored, blocks);
  return blocks.str(colored);
}

}  // namespace nlp::plot
