#include "plot/ticks.hpp"

#include "support/catch.hpp"

using namespace nlp::plot;
using Values = std::vector<double>;
using Labels = std::vector<std::string>;

TEST_CASE("linear ticks are multiples of 1, 2 or 5 and as many as there is room for", "[plot]") {
  CHECK(linear_ticks({0, 10}, 6) == Values{0, 2, 4, 6, 8, 10});
  CHECK(linear_ticks({0, 10}, 5) == Values{0, 5, 10});
  CHECK(linear_ticks({0, 10}, 11) == Values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(linear_ticks({3.8, 11.6}, 5) == Values{4, 6, 8, 10});
  CHECK(linear_ticks({-1, 1}, 3) == Values{-1, 0, 1});
  CHECK(linear_ticks({0, 1834}, 4) == Values{0, 500, 1000, 1500});
  // Not 0.30000000000000004.
  CHECK(linear_ticks({0.05, 0.45}, 4) == Values{0.1, 0.2, 0.3, 0.4});
  CHECK(linear_ticks({0, 7.4e-4}, 4) == Values{0, 2e-4, 4e-4, 6e-4});
}

TEST_CASE("logarithmic ticks are powers of ten, or more where these are few", "[plot]") {
  CHECK(log_ticks({1, 1000}, 5) == Values{1, 10, 100, 1000});
  CHECK(log_ticks({0.5, 2e6}, 5) == Values{1, 100, 10000, 1e6});
  CHECK(log_ticks({1, 90}, 8) == Values{1, 2, 5, 10, 20, 50});
  CHECK(log_ticks({1, 90}, 5) == Values{1, 10});
  CHECK(log_ticks({3.8, 4.9}, 4) == Values{4, 4.5});
  CHECK(minor_log_ticks({1, 30}) == Values{2, 3, 4, 5, 6, 7, 8, 9, 20, 30});
}

TEST_CASE("labels of ticks are short and alike", "[plot]") {
  CHECK(tick_labels({0, 0.5, 1}, false) == Labels{"0", "0.5", "1.0"});
  CHECK(tick_labels({0, 200, 1200}, false) == Labels{"0", "200", "1200"});
  CHECK(tick_labels({0, 5000, 10000}, false) == Labels{"0", "5k", "10k"});
  CHECK(tick_labels({0, 500000, 1500000}, false) == Labels{"0", "500k", "1.5M"});
  CHECK(tick_labels({0, 2e-4, 1e-3}, false) == Labels{"0", "2e-4", "1e-3"});
  CHECK(tick_labels({-1, -0.25}, false) == Labels{"-1.00", "-0.25"});
  CHECK(tick_labels({0.01, 1, 100}, true) == Labels{"0.01", "1", "100"});
  CHECK(tick_labels({1e-5, 1e-4}, true) == Labels{"1e-5", "1e-4"});
}

TEST_CASE("a scale leads the ends of a range to the ends of an axis", "[plot]") {
  const Scale linear{{2, 4}, false, 100, 0};
  CHECK(linear(2) == Approx(100));
  CHECK(linear(3.5) == Approx(25));
  const Scale logarithmic{{1, 100}, true, 0, 200};
  CHECK(logarithmic(10) == Approx(100));
  CHECK(padded({0, 10}, 0.1, false).high == Approx(11));
  CHECK(padded({0, 10}, 0.1, false).low == Approx(-1));
  CHECK(padded({1, 100}, 0.5, true).low == Approx(0.1));
  for (const double only : {0.0, -3.0, 1e9}) {
    const Range range = padded({only, only}, 0.1, false);
    CHECK(range.low < only);
    CHECK(range.high > only);
  }
}
