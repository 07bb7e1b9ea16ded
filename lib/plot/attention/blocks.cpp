#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "plot/attention/picture.hpp"
#include "text/grapheme.hpp"
#include "text/width.hpp"

namespace nlp::plot {
namespace {
constexpr int kLongestLeft = 16, kLongestTop = 10;  // columns and rows of a token
constexpr int kBlocksBetween = 2, kBlocksBarWidth = 40;

std::vector<std::string> letters_of(const std::string& token) {
  std::vector<std::string> letters;
  for (std::size_t at = 0; at < token.size();) {
    const std::size_t size = text::cluster_size(token, at);
    letters.push_back(token.substr(at, size));
    at += size;
  }
  if (letters.size() > kLongestTop) {
    letters.resize(kLongestTop);
    letters.back() = "⋮";
  }
  return letters;
}

void check_columns(int needed, int columns) {
  if (needed > columns)
    throw Error(Kind::usage, fmt::format("too few columns for the tokens (expected {}, got {}); "
                                         "give --width {}, or write a file by -o",
                                         needed, columns, needed));
}

int checked_rows(int needed, int rows) {
  if (rows != 0 && rows < needed)
    throw Error(Kind::usage, fmt::format("too few rows for the picture (expected {}, got {}); "
                                         "give --height {}",
                                         needed, rows, needed));
  return std::max(needed, rows);
}

std::string square(const AttentionMaps& maps, const ColorScale& scale, int columns, int rows,
                   bool colored) {
  const auto tokens = static_cast<int>(maps.tokens.size());
  int left = 0;
  std::size_t highest = 0;
  std::vector<std::string> labels;
  std::vector<std::vector<std::string>> letters;
  for (const auto& token : maps.tokens) {
    labels.push_back(text::cut_to_columns(token, kLongestLeft));
    left = std::max(left, text::columns_of(labels.back()) + 1);
    letters.push_back(letters_of(token));
    highest = std::max(highest, letters.back().size());
  }
  const int width = left + 2 * tokens <= columns ? 2 : 1;
  check_columns(left + tokens, columns);
  const int title = maps.title.empty() ? 0 : 2, top = title + static_cast<int>(highest);
  Blocks blocks(columns, checked_rows(top + tokens + 2, rows));
  blocks.text(left, 0, maps.title);
  for (int t = 0; t < tokens; ++t) {
    const auto k = static_cast<std::size_t>(t);
    int row = top - static_cast<int>(letters[k].size());
    for (const auto& letter : letters[k])
      // A wide letter would cover its neighbour's.
      blocks.text(left + t * width, row++, text::columns_of(letter) > width ? "□" : letter);
    blocks.text(left - 1 - text::columns_of(labels[k]), top + t, labels[k]);
  }
  draw_cells(maps.panels.front().values, scale, left, top, width, false, colored, blocks);
  draw_color_bar(scale, left, top + tokens + 1, std::min(kBlocksBarWidth, columns - left), colored,
                 blocks);
  return blocks.str(colored);
}

std::string grid(const AttentionMaps& maps, const ColorScale& scale, int columns, int rows,
                 bool colored) {
  const auto tokens = static_cast<int>(maps.tokens.size());
  int wide = tokens;
  for (const auto& panel : maps.panels) wide = std::max(wide, text::columns_of(panel.name));
  check_columns(wide, columns);
  const int across = std::min(maps.columns, (columns + kBlocksBetween) / (wide + kBlocksBetween));
  const int high = colored ? (tokens + 1) / 2 : tokens;
  const int down = (static_cast<int>(maps.panels.size()) + across - 1) / across;
  const int title = maps.title.empty() ? 0 : 2;
  Blocks blocks(columns, checked_rows(title + down * (high + 2) + 1, rows));
  blocks.text(0, 0, maps.title);
  for (std::size_t k = 0; k < maps.panels.size(); ++k) {
    const int column = static_cast<int>(k) % across * (wide + kBlocksBetween),
              row = title + static_cast<int>(k) / across * (high + 2);
    blocks.text(column, row, maps.panels[k].name);
    draw_cells(maps.panels[k].values, scale, column, row + 1, 1, colored, colored, blocks);
  }
  draw_color_bar(scale, 0, title + down * (high + 2), std::min(kBlocksBarWidth, columns), colored,
                 blocks);
  return blocks.str(colored);
}
}  // namespace

std::string attention_blocks(const AttentionMaps& maps, int columns, int rows, bool colored) {
  return (maps.panels.size() > 1 ? grid : square)(maps, attention_scale(maps), columns, rows,
                                                  colored);
}

}  // namespace nlp::plot
