#include "plot/blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "text/grapheme.hpp"
#include "text/width.hpp"

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

void Blocks::half(int column, int y, int color) {
  if (Cell* found = y < 0 ? nullptr : cell(column, y / 2)) {
    if (found->quarters != 0 || !found->character.empty()) *found = Cell();
    (y % 2 == 0 ? found->color : found->below) = color;
  }
}

void Blocks::text(int column, int row, std::string_view utf8) {
  for (std::size_t at = 0; at < utf8.size();) {
    const std::string_view letter = utf8.substr(at, text::cluster_size(utf8, at));
    at += letter.size();
    const int width = text::columns_of(letter);
    if (width == 0) continue;
    Cell* last = cell(column + width - 1, row);
    if (Cell* found = last == nullptr ? nullptr : cell(column, row)) {
      *found = Cell();
      found->character = letter;
      if (width > 1) {
        *last = Cell();
        last->covered = true;
      }
    }
    column += width;
  }
}

void Blocks::mark(int column, int row, std::string_view character, Color color) {
  Cell* found = cell(column, row);
  if (found == nullptr) return;
  *found = Cell();
  found->color = terminal_color(color);
  found->character = character;
}

std::string Blocks::str(bool colored) const {
  static constexpr const char* kQuarters[] = {" ", "▘", "▝", "▀", "▖", "▌", "▞", "▛",
                                              "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█"};
  const auto escape = [](int color, int below) {
    std::string made = "\033[0";
    if (color >= 0) made += fmt::format(";38;5;{}", color);
    if (below >= 0) made += fmt::format(";48;5;{}", below);
    return made + "m";
  };
  std::string made;
  for (int row = 0; row < rows_; ++row) {
    int color = -1, below = -1, blanks = 0;
    for (int column = 0; column < columns_; ++column) {
      const Cell& at = cells_[static_cast<std::size_t>(row * columns_ + column)];
      if (at.covered) continue;
      const bool has_halves = at.character.empty() && at.quarters == 0;
      std::string shown = at.character.empty() ? kQuarters[at.quarters] : at.character;
      // The lower half alone is its own character: what is above keeps the terminal's colour.
      int front = at.color, back = at.below;
      if (has_halves && (front >= 0 || back >= 0)) {
        shown = front >= 0 ? "▀" : "▄";
        if (front == back) shown = "█";
        if (front < 0 || front == back) front = std::exchange(back, -1);
      }
      if (shown == " ") {
        ++blanks;
        continue;
      }
      if (blanks > 0 && below >= 0) {
        if (colored) made += escape(-1, -1);
        color = below = -1;
      }
      made.append(static_cast<std::size_t>(blanks), ' ');
      blanks = 0;
      if (colored && (front != color || back != below))
        made +=
            back == below && front >= 0 ? fmt::format("\033[38;5;{}m", front) : escape(front, back);
      color = front;
      below = back;
      made += shown;
    }
    if (colored && (color >= 0 || below >= 0)) made += "\033[0m";
    made += '\n';
  }
  return made;
}

}  // namespace nlp::plot
