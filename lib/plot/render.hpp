// Pictures as PNG and PDF, drawn by Cairo.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "plot/picture.hpp"

namespace nlp::plot {

// The bytes of a file; `scale` pixels for each unit of the picture.  The same picture gives the
// same bytes with the same fonts and libraries.
// Throws Error{memory}, Error{internal} where Cairo refuses.
std::string png(const Picture& picture, double scale);
std::string pdf(const Picture& picture);

// The colours of all pixels, 0xRRGGBB, row-major.  Throws as png().
struct Pixels {
  int width = 0, height = 0;
  std::vector<std::uint32_t> colors;

  std::uint32_t at(int x, int y) const {
    return colors[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }
};
Pixels pixels(const Picture& picture, double scale);

// How wide a text is in the font of pictures; 0 for one that Cairo does not take.
double text_width(const std::string& text, double size, bool bold = false);

}  // namespace nlp::plot
