#include "plot/ramp.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "plot/oklab.hpp"

namespace nlp::plot {
namespace {
constexpr std::size_t kSteps = 256;

Oklab between(Oklab from, Oklab to, double share) {
  return {std::lerp(from.lightness, to.lightness, share),
          std::lerp(from.green_red, to.green_red, share),
          std::lerp(from.blue_yellow, to.blue_yellow, share)};
}

// The size that this share of the numbers does not exceed.
double size_of_most(const std::vector<double>& values, double share) {
  std::vector<double> sizes;
  for (const double value : values)
    if (std::isfinite(value)) sizes.push_back(std::abs(value));
  if (sizes.empty()) return 0;
  const auto at =
      sizes.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(sizes.size() - 1));
  std::nth_element(sizes.begin(), at, sizes.end());
  return *at;
}

ColorScale scale(Range range, Ramp ramp, const std::vector<double>& values) {
  ColorScale made{range, std::move(ramp)};
  for (const double value : values) {
    made.has_lower = made.has_lower || value < range.low;
    made.has_higher = made.has_higher || value > range.high;
  }
  return made;
}
}  // namespace

Ramp::Ramp(const std::vector<Color>& anchors, const std::vector<int>& terminal) {
  std::vector<Oklab> corners;
  std::vector<double> lengths = {0};  // from the first corner on
  for (const Color anchor : anchors) {
    corners.push_back(oklab(anchor));
    if (corners.size() > 1)
      lengths.push_back(lengths.back() + distance(corners[corners.size() - 2], corners.back()));
  }
  for (std::size_t k = 0, part = 1; k < kSteps; ++k) {
    const double length = lengths.back() * static_cast<double>(k) / (kSteps - 1);
    while (part + 1 < corners.size() && length > lengths[part]) ++part;
    const double share = (length - lengths[part - 1]) / (lengths[part] - lengths[part - 1]);
    const Oklab wanted = between(corners[part - 1], corners[part], share);
    steps_.push_back(color_of(wanted));
    terminal_.push_back(*std::ranges::min_element(terminal, {}, [&](int other) {
      return distance(oklab(color_of_terminal(other)), wanted);
    }));
  }
}

std::size_t Ramp::step(double share) const {
  const double last = static_cast<double>(steps_.size() - 1);
  return share > 0 ? static_cast<std::size_t>(std::lround(std::min(share, 1.0) * last)) : 0;
}

Color Ramp::operator()(double share) const { return steps_[step(share)]; }
int Ramp::terminal(double share) const { return terminal_[step(share)]; }

Ramp sequential_ramp() {
  return {{{252, 253, 250}, {190, 224, 220}, {86, 165, 187}, {41, 97, 152}, {28, 29, 82}},
          {231, 255, 253, 152, 110, 67, 25, 18, 17}};
}

// Each arm has equal steps of its own, so that 0 is its middle.
Ramp diverging_ramp() {
  const Ramp brown({{247, 247, 247}, {235, 178, 116}, {192, 96, 24}, {98, 40, 6}},
                   {255, 223, 180, 173, 166, 130, 88, 52});
  const Ramp blue({{247, 247, 247}, {146, 190, 222}, {50, 118, 181}, {14, 47, 102}},
                  {255, 189, 153, 110, 68, 25, 18});
  Ramp made;
  made.steps_.assign(brown.steps_.rbegin(), brown.steps_.rend());
  made.steps_.insert(made.steps_.end(), blue.steps_.begin() + 1, blue.steps_.end());
  made.terminal_.assign(brown.terminal_.rbegin(), brown.terminal_.rend());
  made.terminal_.insert(made.terminal_.end(), blue.terminal_.begin() + 1, blue.terminal_.end());
  return made;
}

ColorScale sequential_scale(const std::vector<double>& values, double most) {
  const double largest = size_of_most(values, 1);
  return scale({0, most > 0 ? most : largest > 0 ? largest : 1}, sequential_ramp(), values);
}

ColorScale diverging_scale(const std::vector<double>& values, double most) {
  const double largest = size_of_most(values, 1), usual = size_of_most(values, 0.99);
  const double end = most > 0                           ? most
                     : usual > 0 && largest > 2 * usual ? usual
                     : largest > 0                      ? largest
                                                        : 1;
  return scale({-end, end}, diverging_ramp(), values);
}

}  // namespace nlp::plot
