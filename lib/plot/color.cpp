#include "plot/color.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <iterator>

namespace nlp::plot {
namespace {
constexpr Color kSeries[] = {{0, 114, 178},  {213, 94, 0},  {0, 158, 115}, {204, 121, 167},
                             {86, 180, 233}, {230, 159, 0}, {0, 0, 0}};

int nearest_level(int value) {
  constexpr int kLevels[] = {0, 95, 135, 175, 215, 255};
  int best = 0;
  for (int k = 1; k < 6; ++k)
    if (std::abs(kLevels[k] - value) < std::abs(kLevels[best] - value)) best = k;
  return best;
}
}  // namespace

Color series_color(std::size_t k) { return kSeries[k % std::size(kSeries)]; }

bool is_dashed(std::size_t k) { return k / std::size(kSeries) % 2 == 1; }

Color with_opacity(Color color, double opacity) {
  color.opacity = opacity;
  return color;
}

std::string hex(Color color) {
  return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue);
}

int terminal_color(Color color) {
  return 16 + 36 * nearest_level(color.red) + 6 * nearest_level(color.green) +
         nearest_level(color.blue);
}

}  // namespace nlp::plot
