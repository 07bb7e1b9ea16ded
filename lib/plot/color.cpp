#include "plot/color.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "plot/oklab.hpp"

namespace nlp::plot {
namespace {
constexpr Color kSeries[] = {{0, 114, 178},  {213, 94, 0},  {0, 158, 115}, {204, 121, 167},
                             {86, 180, 233}, {230, 159, 0}, {0, 0, 0}};

constexpr int kFirstTerminal = 16, kFirstGrey = 232, kTerminalEnd = 256;
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

Color color_of_terminal(int index) {
  constexpr std::uint8_t kLevels[] = {0, 95, 135, 175, 215, 255};
  if (index >= kFirstGrey) {
    const auto grey = static_cast<std::uint8_t>(8 + 10 * (index - kFirstGrey));
    return {grey, grey, grey};
  }
  const int cube = index - kFirstTerminal;
  return {kLevels[cube / 36], kLevels[cube / 6 % 6], kLevels[cube % 6]};
}

int terminal_color(Color color) {
  const Oklab wanted = oklab(color);
  int best = kFirstTerminal;
  double least = INFINITY;
  for (int index = kFirstTerminal; index < kTerminalEnd; ++index)
    if (const double here = distance(oklab(color_of_terminal(index)), wanted); here < least) {
      least = here;
      best = index;
    }
  return best;
}

}  // namespace nlp::plot
