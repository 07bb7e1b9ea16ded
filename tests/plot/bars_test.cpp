#include "plot/bars/picture.hpp"
#include "plot/render.hpp"
#include "plot/svg.hpp"
#include "support/catch.hpp"
#include "support/pixels.hpp"

using namespace nlp::plot;

namespace {
const Bars kBars{{"sun", "größer", "漢字"}, {8, 4, 1}, "times masked", ""};
}

TEST_CASE("bars are as long as their counts", "[plot]") {
  const Picture picture = draw_bars(kBars, 500, 200);
  std::vector<Box> bars;
  for (const Shape& shape : picture.shapes)
    if (const auto* box = std::get_if<Box>(&shape); box && hex(box->fill) == hex(series_color(0)))
      bars.push_back(*box);
  REQUIRE(bars.size() == 3);
  CHECK(bars[1].width == Approx(bars[0].width / 2));
  CHECK(bars[2].width == Approx(bars[0].width / 8));
  CHECK(bars[1].corner.x == bars[0].corner.x);
  CHECK(bars[1].corner.y > bars[0].corner.y + bars[0].height);
  const Pixels made = pixels(picture, 2);
  for (const Box& bar : bars) {
    const double y = bar.corner.y + bar.height / 2;
    CHECK(support::is_near(made, 2 * (bar.corner.x + bar.width - 3), 2 * y, series_color(0)));
    CHECK_FALSE(support::is_near(made, 2 * (bar.corner.x + bar.width + 3), 2 * y, series_color(0)));
  }
  for (const char* part : {">größer</text>", ">漢字</text>", ">8</text>", ">times masked</text>"})
    CHECK_THAT(svg(picture), ContainsSubstring(part));
}

TEST_CASE("bars of blocks have eighths", "[plot]") {
  // 24 columns: 7 of names, 2 of counts, 15 of bars.
  CHECK(bars_blocks(kBars, 24, 0, false) ==
        "   sun ███████████████ 8\n"
        "größer ███████▌ 4\n"
        "  漢字 █▉ 1\n"
        "\n"
        "       times masked\n");
  CHECK(bars_blocks(kBars, 24, 0, true).find("\033[38;5;25m█") != std::string::npos);
}

TEST_CASE("bars without room say so", "[plot]") {
  CHECK_THROWS_WITH(draw_bars(kBars, 240, 80), ContainsSubstring("no room for 3 bars"));
  CHECK_THROWS_WITH(bars_blocks(kBars, 40, 4, false), ContainsSubstring("--height 5"));
  CHECK(bars_height(kBars) < 200);
  CHECK_NOTHROW(draw_bars(kBars, 300, bars_height(kBars)));
}
