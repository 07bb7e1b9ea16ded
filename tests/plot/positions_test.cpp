#include <cmath>

#include "base/json.hpp"
#include "plot/positions/picture.hpp"
#include "plot/render.hpp"
#include "plot/svg.hpp"
#include "support/catch.hpp"
#include "support/pixels.hpp"

using namespace nlp::plot;

namespace {
// 4 positions of 3 dimensions, from -1 to 1.
const Values kSmall{4, 3, {-1, 0, 1, 0.5, -0.5, 0, 1, 1, -1, 0, 0, 0.25}};
}  // namespace

TEST_CASE("cells have the colours of their values, positions to the right, dimensions upwards",
          "[plot]") {
  const auto drawn = draw_positions(kSmall, "A title", 0, 600, 400);
  const HoverMap& map = drawn.hover.maps.at(0);
  const ColorScale scale = diverging_scale(kSmall.values, 0);
  for (const double dots : {1.0, 2.0}) {
    const Pixels made = pixels(drawn.picture, dots);
    for (int position = 0; position < 4; ++position)
      for (int dimension = 0; dimension < 3; ++dimension)
        for (const double within : {0.1, 0.5, 0.9}) {
          INFO(position << " " << dimension << " " << within);
          const double x = map.left + (position + within) * map.width / 4;
          const double y = map.top + map.height - (dimension + within) * map.height / 3;
          CHECK(support::distance(made.at(static_cast<int>(x * dots), static_cast<int>(y * dots)),
                                  scale(kSmall.at(position, dimension))) < 6);
        }
  }
}

TEST_CASE("cells are paths of their colour in SVG, joined along a row", "[plot]") {
  Picture picture{10, 10, "", {}};
  const Color red{255, 0, 0}, blue{0, 0, 255};
  picture.add(Cells{{1, 2}, 6, 4, 2, 3, {red, red, blue, blue, blue, blue}});
  const std::string text = svg(picture);
  CHECK_THAT(text, ContainsSubstring("translate(1 2) scale(2 2)"));
  CHECK_THAT(text, ContainsSubstring("<path fill=\"#ff0000\" d=\"M0 0h2v1h-2z\"/>"));
  CHECK_THAT(text, ContainsSubstring("<path fill=\"#0000ff\" d=\"M2 0h1v1h-1zM0 1h3v1h-3z\"/>"));
}

TEST_CASE("a page of cells knows their numbers and names", "[plot]") {
  const auto drawn = draw_positions(kSmall, "", 0, 600, 400);
  const std::string page = html_page(drawn.picture, drawn.hover);
  const std::string mark = "id=\"data\">";
  const auto from = page.find(mark) + mark.size();
  const auto data = nlp::Json::parse(page.substr(from, page.find("</script>", from) - from));
  CHECK(data["rows"] == nlp::Json({"2", "1", "0"}));
  CHECK(data["columns"] == nlp::Json({"0", "1", "2", "3"}));
  CHECK(data["maps"][0]["values"] ==
        nlp::Json({1.0, 0.0, -1.0, 0.25, 0.0, -0.5, 1.0, 0.0, -1.0, 0.5, 1.0, 0.0}));
  CHECK(page.find("src=") == std::string::npos);
}

TEST_CASE("values are made fewer by the means of areas", "[plot]") {
  const Values half = resampled(kSmall, 2, 3);
  CHECK(half.values == std::vector<double>{-0.25, -0.25, 0.5, 0.5, 0.5, -0.375});
  CHECK(resampled(kSmall, 4, 3).values == kSmall.values);
  CHECK(resampled(kSmall, 1, 1).values[0] == Approx(1.25 / 12));
}

TEST_CASE("positions are blocks of two halves in colour, of shades without", "[plot]") {
  const std::string plain = positions_blocks(kSmall, "", 0, 40, 12, false);
  CHECK(plain ==
        "dimension\n    2┤█▒ ▓\n     │▒░█▒\n    0┤ ▓█▒\n     └┬─┬─\n      0 2\n      position\n"
        "      -1  ░▒▓█ 1\n\n\n\n\n");
  const std::string colored = positions_blocks(kSmall, "", 0, 40, 12, true);
  // 1 over 0, and -1 in a row of its own.
  CHECK_THAT(colored, ContainsSubstring("2┤\033[0;38;5;18;48;5;255m▀"));
  CHECK_THAT(colored, ContainsSubstring("┤\033[38;5;52m▀\033[38;5;68m▀"));
}
