// Encodings of positions as a picture.
#pragma once
#include <string>

#include "plot/heat_map.hpp"

namespace nlp::plot {

// `values` [positions, dimensions].  Positions go to the right, dimensions upwards; brown below 0,
// blue above.  `most`: where the colours end, or 0; see diverging_scale().
// Throws Error{usage} where the picture is too low for the names of its axes.
HoverPicture draw_positions(const Values& values, const std::string& title, double most,
                            double width, double height);

// The same of block characters: means of neighbours where there are more values than blocks.
std::string positions_blocks(const Values& values, const std::string& title, double most,
                             int columns, int rows, bool colored);

}  // namespace nlp::plot
