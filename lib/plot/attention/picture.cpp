#include "plot/attention/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "plot/render.hpp"
#include "text/width.hpp"

namespace nlp::plot {
namespace {
constexpr double kName = 20, kBetween = 14, kPanelName = 18;
constexpr double kTokenSize = 12, kNameSize = 12, kLabelGap = 6;
constexpr double kLeastLabel = 8;  // pixels from one label to the next
constexpr int kLongestLabel = 20;  // columns of a token
constexpr double kSmallBar = 120, kBar = 320;
constexpr const char* kValue = "attention";
constexpr Color kQuiet{110, 110, 110};

// Where everything stands, for cells of one size.
struct Layout {
  double cell = 0, label_size = 0;  // 0: no labels
  double left = 0, top = 0;         // of the first panel
  double bar_room = 0;
  int rows = 1;  // of the grid
  int tokens = 0;

  double panel() const { return cell * tokens; }
};

std::vector<std::string> labels_of(const AttentionMaps& maps) {
  std::vector<std::string> labels;
  for (const auto& token : maps.tokens)
    labels.push_back(text::cut_to_columns(token, kLongestLabel));
  return labels;
}

double label_room(const std::vector<std::string>& labels, double size) {
  double widest = 0;
  for (const auto& label : labels) widest = std::max(widest, text_width(label, size));
  return widest + kLabelGap;
}

bool is_grid(const AttentionMaps& maps) { return maps.panels.size() > 1; }

// All but the size of cells, which the labels depend on.
Layout lay_out(const AttentionMaps& maps, const ColorScale& scale,
               const std::vector<std::string>& labels, double cell) {
  Layout made;
  made.cell = cell;
  made.tokens = static_cast<int>(maps.tokens.size());
  made.rows = (static_cast<int>(maps.panels.size()) + maps.columns - 1) / maps.columns;
  // In a grid only where each token has room.
  if (cell >= kLeastLabel || !is_grid(maps))
    made.label_size = std::clamp(0.85 * cell, kLeastLabel - 1, kTokenSize);
  const double labelled =
      kName + (made.label_size > 0 ? label_room(labels, made.label_size) : kLabelGap);
  made.left = std::ceil(kEdge + labelled);
  made.top = std::ceil((maps.title.empty() ? kEdge : kEdge + kTitle) + labelled +
                       (is_grid(maps) ? kPanelName : 0));
  made.bar_room = color_bar_room(scale, kValue, kBar);
  return made;
}

double width_of(const AttentionMaps& maps, const Layout& at) {
  return at.left + maps.columns * at.panel() + (maps.columns - 1) * kBetween + kBarGap +
         at.bar_room + kEdge;
}

double height_of(const AttentionMaps& maps, const Layout& at) {
  const double between = kBetween + (is_grid(maps) ? kPanelName : 0);
  return at.top + std::max(kSmallBar, at.rows * at.panel() + (at.rows - 1) * between) + kEdge;
}

double natural_cell(const AttentionMaps& maps) {
  const auto tokens = static_cast<double>(maps.tokens.size());
  return std::floor(is_grid(maps) ? std::clamp(180 / tokens, 2.0, 14.0)
                                  : std::clamp(520 / tokens, 12.0, 36.0));
}

// The largest cells that have room.
Layout fit(const AttentionMaps& maps, const ColorScale& scale,
           const std::vector<std::string>& labels, double width, double height) {
  double low = 0, high = std::max(width, height);
  for (int k = 0; k < 40; ++k) {
    const double cell = (low + high) / 2;
    const Layout at = lay_out(maps, scale, labels, cell);
    (width_of(maps, at) <= width && height_of(maps, at) <= height ? low : high) = cell;
  }
  // Whole pixels look best, where that does not leave much unused.  Letters have whole pixels, too:
  // the next size may have room where the one before has not.
  double cell = low >= 6 ? std::floor(low + 1e-6) : low;
  if (const Layout next = lay_out(maps, scale, labels, std::floor(low) + 1);
      low >= 6 && width_of(maps, next) <= width && height_of(maps, next) <= height)
    cell = next.cell;
  if (cell < 1)
    throw Error(Kind::usage,
                fmt::format("no room for {} tokens (got {:.0f} x {:.0f} pixels); make the picture "
                            "larger, or leave --width and --height out",
                            maps.tokens.size(), width, height));
  return lay_out(maps, scale, labels, cell);
}

// Tokens on top of a panel.
void draw_top(const Layout& at, const std::vector<std::string>& labels, double left, double top,
              Picture& picture) {
  const int every = static_cast<int>(std::ceil(kLeastLabel / at.cell));
  for (int t = 0; t < at.tokens; t += every)
    picture.add(Text{labels[static_cast<std::size_t>(t)],
                     {left + (t + 0.5) * at.cell + at.label_size * 0.36, top - kLabelGap},
                     at.label_size,
                     Anchor::start,
                     false,
                     true});
}

// And on its left.
void draw_left(const Layout& at, const std::vector<std::string>& labels, double left, double top,
               Picture& picture) {
  const int every = static_cast<int>(std::ceil(kLeastLabel / at.cell));
  for (int t = 0; t < at.tokens; t += every)
    picture.add(Text{labels[static_cast<std::size_t>(t)],
                     {left - kLabelGap, top + (t + 0.5) * at.cell + at.label_size * 0.36},
                     at.label_size,
                     Anchor::end,
                     false,
                     false});
}

void draw_names(const AttentionMaps& maps, const Layout& at, double right, double bottom,
                Picture& picture) {
  const double center = (at.left + right) / 2;
  if (!maps.title.empty())
    picture.add(Text{maps.title, {picture.width / 2, kEdge + 12}, 15, Anchor::middle, true, false});
  const double top = (maps.title.empty() ? kEdge : kEdge + kTitle) + kNameSize - 2;
  picture.add(
      Text{maps.column_name, {center, top}, kNameSize, Anchor::middle, false, false, kQuiet});
  picture.add(Text{maps.row_name,
                   {kEdge + kNameSize - 2, (at.top + bottom) / 2},
                   kNameSize,
                   Anchor::middle,
                   false,
                   true,
                   kQuiet});
}
}  // namespace

ColorScale attention_scale(const AttentionMaps& maps) {
  std::vector<double> values;
  for (const auto& panel : maps.panels)
    values.insert(values.end(), panel.values.values.begin(), panel.values.values.end());
  return sequential_scale(values, maps.most);
}

PixelSize attention_size(const AttentionMaps& maps) {
  constexpr double kMost = 10000;
  const ColorScale scale = attention_scale(maps);
  const auto labels = labels_of(maps);
  const Layout at = lay_out(maps, scale, labels, natural_cell(maps));
  const double title = maps.title.empty() ? 0 : text_width(maps.title, 15, true) + 2 * kEdge;
  return {static_cast<int>(std::min(kMost, std::ceil(std::max(title, width_of(maps, at))))),
          static_cast<int>(std::min(kMost, std::ceil(height_of(maps, at))))};
}

HoverPicture draw_attention(const AttentionMaps& maps, double width, double height) {
  const ColorScale scale = attention_scale(maps);
  const auto labels = labels_of(maps);
  const Layout at = fit(maps, scale, labels, width, height);
  HoverPicture made{{width, height, maps.title.empty() ? "attention" : maps.title, {}}, {}};
  Picture& picture = made.picture;
  picture.add(Box{{0, 0}, width, height, kPaper});
  const double step_x = at.panel() + kBetween,
               step_y = at.panel() + kBetween + (is_grid(maps) ? kPanelName : 0);
  const double right = at.left + maps.columns * step_x - kBetween,
               bottom = at.top + (at.rows - 1) * step_y + at.panel();
  draw_names(maps, at, right, bottom, picture);
  for (std::size_t k = 0; k < maps.panels.size(); ++k) {
    const auto column = static_cast<int>(k) % maps.columns,
               row = static_cast<int>(k) / maps.columns;
    const Rectangle place{at.left + column * step_x, at.top + row * step_y, at.panel(), at.panel()};
    const AttentionPanel& panel = maps.panels[k];
    draw_cells(panel.values, scale, place, picture);
    made.hover.maps.push_back(hover_map(panel.values, place, panel.name));
    if (is_grid(maps) && (at.label_size == 0 || row > 0))
      picture.add(Text{panel.name, {place.left, place.top - 5}, 11, Anchor::start, false, false});
    else if (is_grid(maps))
      picture.add(Text{panel.name,
                       {place.left, place.top - kLabelGap - label_room(labels, at.label_size)},
                       11,
                       Anchor::start,
                       false,
                       false});
    if (at.label_size > 0 && row == 0) draw_top(at, labels, place.left, place.top, picture);
    if (at.label_size > 0 && column == 0) draw_left(at, labels, place.left, place.top, picture);
  }
  const double bar = std::min(kBar, std::max(kSmallBar, bottom - at.top));
  draw_color_bar(scale, kValue, {right + kBarGap, at.top, kBarWidth, bar}, picture);
  made.hover.row_name = maps.row_name;
  made.hover.column_name = maps.column_name;
  made.hover.value_name = kValue;
  made.hover.rows = made.hover.columns = maps.tokens;
  return made;
}

}  // namespace nlp::plot
