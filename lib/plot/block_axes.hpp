// A panel of block characters: two axes with their ticks and labels.
#pragma once
#include "plot/axes.hpp"
#include "plot/blocks.hpp"

namespace nlp::plot {

// Cells that the axes enclose.
struct BlockPanel {
  Axis x, y;
  int left = 0, top = 0, right = 0, bottom = 0;  // the last cells, inclusive

  // To places in quarters of cells.
  Scale across() const { return {x.range, x.logarithmic, 2.0 * left, 2.0 * right + 1}; }
  Scale down() const { return {y.range, y.logarithmic, 2.0 * bottom + 1, 2.0 * top}; }
};

// Columns that the labels of a y axis of so many rows need; below, an x axis takes two rows.
int room_on_left(const Axis& y, int rows);

void draw_axes(const BlockPanel& panel, Blocks& blocks);

}  // namespace nlp::plot
