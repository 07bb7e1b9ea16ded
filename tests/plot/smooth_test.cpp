#include "plot/smooth.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"

using namespace nlp::plot;
using Values = std::vector<double>;

namespace {
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const double kHalving = 1 / std::log(2.0);  // the span that halves the weight each step
}  // namespace

TEST_CASE("a smoothed value is the mean around it, weighted by distance", "[plot]") {
  const auto means = smooth(Values{1, 2, 3}, Values{8, 4, 0}, kHalving);
  CHECK(means[0] == Approx((8 + 4 / 2.0) / (1 + 1 / 2.0 + 1 / 4.0)));
  CHECK(means[1] == Approx((8 / 2.0 + 4) / 2));
  CHECK(means[2] == Approx((8 / 4.0 + 4 / 2.0) / (1 + 1 / 2.0 + 1 / 4.0)));
  // Steps 1 and 4: three halvings.
  CHECK(smooth(Values{1, 4}, Values{0, 9}, kHalving)[0] == Approx(9 / 8.0 / (1 + 1 / 8.0)));
}

TEST_CASE("a value that is missing counts for nothing and stays missing", "[plot]") {
  const auto means = smooth(Values{1, 2, 3}, Values{4, kNone, 8}, kHalving);
  CHECK(means[0] == Approx((4 + 8 / 4.0) / (1 + 1 / 4.0)));
  CHECK(std::isnan(means[1]));
  CHECK(means[2] == Approx((4 / 4.0 + 8) / (1 + 1 / 4.0)));
}

TEST_CASE("smoothing leaves a constant as it is and does not lag behind", "[plot]") {
  Values steps, flat, ramp;
  for (int k = 0; k < 1001; ++k) {
    steps.push_back(k);
    flat.push_back(3);
    ramp.push_back(k);
  }
  for (const double mean : smooth(steps, flat, 20)) CHECK(mean == Approx(3));
  CHECK(smooth(steps, ramp, 20)[500] == Approx(500));
}

TEST_CASE("a thinned line keeps the extremes of each pixel and its gaps", "[plot]") {
  using Indices = std::vector<std::size_t>;
  CHECK(thinned(Values{0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, Values{5, 6, 9, 1, 4, 5}) ==
        Indices{0, 2, 3, 5});
  CHECK(thinned(Values{0.5, 1.5, 2.5}, Values{1, 1, 1}) == Indices{0, 1, 2});
  CHECK(thinned(Values{0.1, 0.2, 0.3, 0.4, 0.5}, Values{1, 1, kNone, 1, 1}) ==
        Indices{0, 1, 2, 3, 4});
  CHECK(thinned(Values{}, Values{}).empty());
  Values places, values;
  for (int k = 0; k < 100000; ++k) {
    places.push_back(k / 1000.0);
    values.push_back(k % 7);
  }
  CHECK(thinned(places, values).size() <= 400);
}
