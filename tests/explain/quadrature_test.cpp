#include "explain/quadrature.hpp"

#include <cmath>

#include "support/catch.hpp"

TEST_CASE("Gauss and Legendre's rule integrates polynomials exactly", "[explain]") {
  for (const std::int64_t count : {1, 2, 3, 7, 50, 301}) {
    const auto points = nlp::explain::gauss_legendre(count);
    REQUIRE(static_cast<std::int64_t>(points.size()) == count);
    for (std::int64_t degree = 0; degree < std::min<std::int64_t>(2 * count, 40); ++degree) {
      double sum = 0;
      for (const auto& [at, weight] : points)
        sum += weight * std::pow(at, static_cast<double>(degree));
      INFO(count << " points, degree " << degree);
      CHECK(sum == Approx(1.0 / static_cast<double>(degree + 1)).epsilon(1e-12));
    }
    for (std::size_t k = 1; k < points.size(); ++k) CHECK(points[k - 1].at < points[k].at);
  }
}
