// Attention as a picture: one square of tokens, or a grid of them.
#pragma once
#include <string>
#include <vector>

#include "plot/heat_map.hpp"

namespace nlp::plot {

struct AttentionPanel {
  std::string name;  // of one among several: "head 3"
  Values values;     // [tokens, tokens]
};

struct AttentionMaps {
  std::vector<AttentionPanel> panels;  // row by row of the grid
  int columns = 1;                     // of the grid
  std::vector<std::string> tokens;     // valid UTF-8 without control characters
  std::string title;
  std::string row_name, column_name;  // what the axes are
  double most = 0;                    // the value of the darkest colour; 0: the largest one
};

// One for all panels.
ColorScale attention_scale(const AttentionMaps& maps);

// Pixels in which all can be read.
struct PixelSize {
  int width = 0, height = 0;
};
PixelSize attention_size(const AttentionMaps& maps);

// Tokens stand beside the outer panels, as many of them as
// have room.  Throws Error{usage} where a cell would be smaller than a pixel.
HoverPicture draw_attention(const AttentionMaps& maps, double width, double height);

// Of block characters: a token a row, or in a grid two.  `rows` 0: as many as it needs.
// Throws Error{usage} for too few columns or rows.
std::string attention_blocks(const AttentionMaps& maps, int columns, int rows, bool colored);

}  // namespace nlp::plot
