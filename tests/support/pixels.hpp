// What a picture shows at a place.
#pragma once
#include <cstdlib>

#include "plot/render.hpp"

namespace support {

inline int distance(std::uint32_t left, nlp::plot::Color right) {
  return std::abs(static_cast<int>(left >> 16) - right.red) +
         std::abs(static_cast<int>(left >> 8 & 255) - right.green) +
         std::abs(static_cast<int>(left & 255) - right.blue);
}

// Whether a pixel within two of the place has nearly this colour.
inline bool is_near(const nlp::plot::Pixels& pixels, double x, double y, nlp::plot::Color color) {
  for (int dy = -2; dy <= 2; ++dy)
    for (int dx = -2; dx <= 2; ++dx) {
      const int px = static_cast<int>(x) + dx, py = static_cast<int>(y) + dy;
      if (px >= 0 && py >= 0 && px < pixels.width && py < pixels.height &&
          distance(pixels.at(px, py), color) < 60)
        return true;
    }
  return false;
}

}  // namespace support
