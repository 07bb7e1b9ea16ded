#include "explain/quadrature.hpp"

#include <cmath>
#include <numbers>

namespace nlp::explain {

std::vector<QuadraturePoint> gauss_legendre(std::int64_t count) {
  std::vector<QuadraturePoint> points;
  const auto n = static_cast<double>(count);
  for (std::int64_t k = count; k >= 1; --k) {
    // A root of the polynomial of degree `count`, by Newton's method from a near guess.
    double x = std::cos(std::numbers::pi * (static_cast<double>(k) - 0.25) / (n + 0.5)), slope = 1;
    for (double step = 1; std::abs(step) > 1e-15;) {
      double before = 1, value = x;
      for (std::int64_t degree = 2; degree <= count; ++degree) {
        const auto d = static_cast<double>(degree);
        const double next = ((2 * d - 1) * x * value - (d - 1) * before) / d;
        before = value;
        value = next;
      }
      slope = n * (x * value - before) / (x * x - 1);
      step = value / slope;
      x -= step;
      if (std::abs(step) < 1e-14) break;  // rounding may keep it from becoming smaller
    }
    points.push_back({(x + 1) / 2, 1 / ((1 - x * x) * slope * slope)});
  }
  return points;
}

}  // namespace nlp::explain
