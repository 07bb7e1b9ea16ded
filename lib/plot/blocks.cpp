#include "plot/blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace nlp::plot {

Blocks::Blocks(int columns, int rows)
    : columns_(columns), rows_(rows), cells_(static_cast<std::size_t>(columns * rows)) {}

Blocks::Cell* Blocks::cell(int column, int row) {
  if (column < 0 || row < 0 || column >= columns_ || row >= rows_) return nullptr;
  return &cells_[static_cast<std::size_t>(row * columns_ + column)];
}

void Blocks::dot(int x, int y, int color) {
  if (x < 0 || y < 0) return;
  Cell* at = cell(x / 2, y / 2);
  if (at == nullptr) return;
  if (at->color != color || !at->character.empty()) *at = Cell();
  at->color = color;
  at->quarters |= static_cast<std::uint8_t>(1 << (y % 2 * 2 + x % 2));
}

void Blocks::line(Point from, Point to, Color color) {
  const int index = terminal_color(color);
  const double longest = std::max(std::abs(to.x - from.x), std::abs(to.y - from.y));
  const int steps = std::max(1, static_cast<int>(std::ceil(longest)));
  for (int k = 0; k <= steps; ++k) {
    const double share = static_cast<double>(k) / steps;
    dot(static_cast<int>(std::lround(from.x + share * (to.x - from.x))),
        static_cast<int>(std::lround(from.y + share * (to.y - from.y))), index);
  }
}

void Blocks::text(int column, int row, std::string_view utf8) {
  for (std::size_t at = 0; at < utf8.size();) {
    std::size_t end = at + 1;
    while (end < utf8.size() && (static_cast<unsigned char>(utf8[end]) & 0xC0) == 0x80) ++end;
    if (Cell* found = cell(column++, row)) *found = {0, -1, std::string(utf8.substr(at, end - at))};
    at = end;
  }
}

void Blocks::mark(int column, int row, std::string_view character, Color color) {
  if (Cell* found = cell(column, row)) *found = {0, terminal_color(color), std::string(character)};
}

std::string Blocks::str(bool colored) const {
  static constexpr const char* kQuarters[] = {" ", "▘", "▝", "▀", "▖", "▌", "▞", "▛",
                                              "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█"};
  std::string made;
  for (int row = 0; row < rows_; ++row) {
    int color = -1, blanks = 0;
    for (int column = 0; column < columns_; ++column) {
      const Cell& at = cells_[static_cast<std::size_t>(row * columns_ + column)];
      const std::string shown = at.character.empty() ? kQuarters[at.quarters] : at.character;
      if (shown == " ") {
        ++blanks;
        continue;
      }
      made.append(static_cast<std::size_t>(blanks), ' ');
      blanks = 0;
      if (colored && at.color != color)
        made += at.color < 0 ? std::string("\033[0m") : fmt::format("\033[38;5;{}m", at.color);
      color = at.color;
      made += shown;
    }
    if (colored && color >= 0) made += "\033[0m";
    made += '\n';
  }
  return made;
}

}  // namespace nlp::plot
