// Where a function is looked at to integrate it over [0, 1], and how much each look counts.
#pragma once
#include <cstdint>
#include <vector>

namespace nlp::explain {

struct QuadraturePoint {
  double at = 0, weight = 0;  // both in [0, 1]
};

// Gauss and Legendre's rule with so many points, ascending: exact for polynomials of a degree below
// 2 * count.  Source: Abramowitz & Stegun 1964, 25.4.29, moved from [-1, 1].
std::vector<QuadraturePoint> gauss_legendre(std::int64_t count);

}  // namespace nlp::explain
