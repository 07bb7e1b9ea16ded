#include "plot/render.hpp"
#include "plot/scaling/picture.hpp"
#include "plot/svg.hpp"
#include "support/catch.hpp"
#include "support/pixels.hpp"

using namespace nlp::plot;

namespace {
const ScalingCurves kCurves{{1e6, 1e7, 1e8},
                            {2e-5, 1.5e-4, 2e-3},
                            {1e-5, 1e-4, 1e-3},
                            {"2x128", "4x512", "12x768"},
                            "measured",
                            "hypothetical",
                            "Time"};
}

TEST_CASE("times are points of a curve over their sizes", "[plot]") {
  const auto drawn = draw_scaling(kCurves, 600, 400);
  const HoverSeries& series = drawn.hover.series.at(0);
  REQUIRE(series.places.size() == 3);
  // Equal ratios are equal distances.
  CHECK(series.places[1] - series.places[0] == Approx(series.places[2] - series.places[1]));
  CHECK(series.values[0].second[0] == Approx(20));
  CHECK(series.values[1].second[2] == Approx(1000));
  std::vector<Disc> discs;
  for (const Shape& shape : drawn.picture.shapes)
    if (const auto* disc = std::get_if<Disc>(&shape)) discs.push_back(*disc);
  REQUIRE(discs.size() == 3);
  const Pixels made = pixels(drawn.picture, 1);
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(discs[k].center.x == Approx(series.places[k]));
    CHECK(support::is_near(made, discs[k].center.x + 4, discs[k].center.y, series_color(0)));
  }
  for (const char* part : {">12x768</text>", ">measured</text>", ">hypothetical</text>",
                           ">microseconds a token</text>", ">parameters of the layers</text>"})
    CHECK_THAT(svg(drawn.picture), ContainsSubstring(part));
}

TEST_CASE("times are drawn as blocks, told apart without colours", "[plot]") {
  const std::string plain = scaling_blocks(kCurves, 60, 20, false);
  for (const char* part : {"Time", "●  measured", "·· hypothetical", "parameters of the layers"})
    CHECK_THAT(plain, ContainsSubstring(part));
  CHECK_THAT(scaling_blocks(kCurves, 60, 20, true), ContainsSubstring("\033[38;5;25m●"));
  CHECK_THROWS_WITH(scaling_blocks(kCurves, 60, 12, false), ContainsSubstring("--height 14"));
}
