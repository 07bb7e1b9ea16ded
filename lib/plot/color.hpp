// Colours of pictures.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace nlp::plot {

struct Color {
  std::uint8_t red = 0, green = 0, blue = 0;
  double opacity = 1;  // 0 to 1
};

inline constexpr Color kInk{40, 40, 40};
inline constexpr Color kGrid{229, 229, 229};
inline constexpr Color kPaper{255, 255, 255};

// The colour of the k-th line; after seven they come again, see is_dashed().
// Source: Okabe and Ito, "Color Universal Design", 2008: told apart by the colour-blind, too; their
// yellow, which is too pale for a line on white, is left out.
Color series_color(std::size_t k);

// Lines of a colour that was used before are dashed.
bool is_dashed(std::size_t k);

Color with_opacity(Color color, double opacity);

// "#0072b2"; without the opacity.
std::string hex(Color color);

// The one of the colours 16 to 255 of a terminal that looks most like it, whatever the opacity.
// Source: xterm, 256colres.pl: a cube of red, green and blue of 0, 95, 135, 175, 215 or 255, then
// greys from 8 to 238.
int terminal_color(Color color);
Color color_of_terminal(int index);

}  // namespace nlp::plot
