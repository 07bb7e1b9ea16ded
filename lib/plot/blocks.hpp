// Pictures of block characters, for terminals and plain text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plot/picture.hpp"

namespace nlp::plot {

// A field of cells, each of four quarters of one colour, of two halves of two colours, or of a
// character.
class Blocks {
 public:
  Blocks(int columns, int rows);

  // A line between places in quarters: x from 0 to 2 * columns - 1, y downwards from 0 to
  // 2 * rows - 1; what is beyond is left out.  A later colour takes the whole cell from an earlier
  // one.
  void line(Point from, Point to, Color color);

  // One half of a cell, in one of the terminal's colours: y downwards from 0 to 2 * rows - 1.
  void half(int column, int y, int color);

  // Text (valid UTF-8) from a cell on, a wide character two cells; what is beyond is left out.
  void text(int column, int row, std::string_view utf8);
  // A character in a colour.
  void mark(int column, int row, std::string_view character, Color color);

  // Lines with their newlines and without blanks at their ends; colours by the escape sequences of
  // a terminal with 256 of them.
  std::string str(bool colored) const;

 private:
  struct Cell {
    std::uint8_t quarters = 0;  // 1 upper left, 2 upper right, 4 lower left, 8 lower right
    int color = -1;             // of the terminal
    int below = -1;             // of the lower half, where `color` is that of the upper one
    std::string character;      // instead of quarters
    bool covered = false;       // by the wide character on the left
  };
  Cell* cell(int column, int row);
  void dot(int x, int y, int color);

  int columns_, rows_;
  std::vector<Cell> cells_;
};

}  // namespace nlp::plot
