#include "plot/ramp.hpp"

#include "plot/oklab.hpp"
#include "support/catch.hpp"

using namespace nlp::plot;

TEST_CASE("colours and their places in the space of what is seen are one another's", "[plot]") {
  // Ottosson's own example: sRGB red.
  const Oklab red = oklab({255, 0, 0});
  CHECK(red.lightness == Approx(0.62796).margin(1e-4));
  CHECK(red.green_red == Approx(0.22486).margin(1e-4));
  CHECK(red.blue_yellow == Approx(0.12585).margin(1e-4));
  CHECK(oklab({255, 255, 255}).lightness == Approx(1).margin(1e-6));
  for (const Color color : {Color{0, 0, 0}, Color{12, 200, 99}, Color{255, 128, 1}})
    CHECK(hex(color_of(oklab(color))) == hex(color));
}

TEST_CASE("steps of a ramp look equally large, and its lightness only falls", "[plot]") {
  const Ramp ramp = sequential_ramp();
  constexpr int kParts = 16;
  double least = 1, most = 0;
  for (int k = 1; k <= kParts; ++k) {
    const Oklab before = oklab(ramp((k - 1.0) / kParts)), after = oklab(ramp(1.0 * k / kParts));
    CHECK(after.lightness < before.lightness);
    least = std::min(least, distance(before, after));
    most = std::max(most, distance(before, after));
  }
  CHECK(most < 1.2 * least);  // the corners at the anchors are cut
  CHECK(oklab(ramp(0)).lightness - oklab(ramp(1)).lightness > 0.6);
  CHECK(hex(ramp(-3)) == hex(ramp(0)));
  CHECK(hex(ramp(3)) == hex(ramp(1)));
}

TEST_CASE("the two arms of a diverging ramp fall alike from its middle", "[plot]") {
  const Ramp ramp = diverging_ramp();
  CHECK(hex(ramp(0.5)) == "#f7f7f7");
  for (int k = 1; k <= 8; ++k) {
    const Oklab low = oklab(ramp(0.5 - k / 16.0)), high = oklab(ramp(0.5 + k / 16.0));
    CHECK(low.lightness == Approx(high.lightness).margin(0.06));
    CHECK(low.lightness < oklab(ramp(0.5 - (k - 1) / 16.0)).lightness);
    CHECK(low.blue_yellow > high.blue_yellow);
  }
}

TEST_CASE("a ramp gets darker on a terminal, too", "[plot]") {
  const Ramp ramp = sequential_ramp();
  for (int k = 1; k <= 64; ++k)
    CHECK(oklab(color_of_terminal(ramp.terminal(k / 64.0))).lightness <=
          oklab(color_of_terminal(ramp.terminal((k - 1) / 64.0))).lightness);
  CHECK(ramp.terminal(0) == 231);
  CHECK(ramp.terminal(1) == 17);
}

TEST_CASE("colours end where the values do, few outliers left out", "[plot]") {
  const auto attention = sequential_scale({0, 0.1, 0.4}, 0);
  CHECK(attention.range.low == 0);
  CHECK(attention.range.high == 0.4);
  CHECK_FALSE(attention.has_higher);
  CHECK(sequential_scale({0.1, 0.4}, 0.2).has_higher);
  CHECK(sequential_scale({0, 0}, 0).range.high == 1);

  std::vector<double> values(1000, -0.5);
  values[7] = 0.9;
  CHECK(diverging_scale(values, 0).range.high == 0.9);  // less than twice
  values[7] = 8;
  const auto robust = diverging_scale(values, 0);
  CHECK(robust.range.low == -0.5);
  CHECK(robust.range.high == 0.5);
  CHECK(robust.has_higher);
  CHECK_FALSE(robust.has_lower);
  CHECK(diverging_scale(values, 8).range.low == -8);
}
