#include "plot/blocks.hpp"

#include "support/catch.hpp"

using namespace nlp::plot;

TEST_CASE("lines become quarters of cells", "[plot]") {
  Blocks blocks(3, 2);
  blocks.line({0, 3}, {3, 0}, kInk);
  CHECK(blocks.str(false) == " ▞\n▞\n");
  blocks.line({4, 0}, {5, 0}, kInk);
  blocks.line({-9, -9}, {-5, -9}, kInk);
  CHECK(blocks.str(false) == " ▞▀\n▞\n");
}

TEST_CASE("text takes a cell for a character and ends at the edge", "[plot]") {
  Blocks blocks(4, 1);
  blocks.text(1, 0, "größer");
  blocks.text(0, 7, "nowhere");
  CHECK(blocks.str(false) == " grö\n");
}

TEST_CASE("a cell has the colour of the last line", "[plot]") {
  Blocks blocks(2, 1);
  blocks.line({0, 0}, {3, 0}, {255, 0, 0});
  blocks.line({2, 1}, {2, 1}, {0, 0, 255});
  CHECK(blocks.str(true) == "\033[38;5;196m▀\033[38;5;21m▖\033[0m\n");
}

TEST_CASE("a wide character takes two cells, a mark none", "[plot]") {
  Blocks blocks(6, 1);
  blocks.text(0, 0, "漢e\u0301字x");
  CHECK(blocks.str(false) == "漢e\u0301字x\n");
  blocks.text(5, 0, "漢");  // has no room
  CHECK(blocks.str(false) == "漢e\u0301字x\n");
}

TEST_CASE("two halves of a cell have colours of their own", "[plot]") {
  Blocks blocks(4, 1);
  blocks.half(0, 0, 196);
  blocks.half(0, 1, 21);
  blocks.half(1, 1, 21);
  blocks.half(3, 0, 21);
  blocks.half(3, 1, 21);
  CHECK(blocks.str(true) == "\033[0;38;5;196;48;5;21m▀\033[0;38;5;21m▄ █\033[0m\n");
}

TEST_CASE("colours have their nearest neighbours on a terminal", "[plot]") {
  CHECK(terminal_color({0, 0, 0}) == 16);
  CHECK(terminal_color({255, 255, 255}) == 231);
  CHECK(terminal_color({0, 114, 178}) == 16 + 6 * 1 + 3);
  CHECK(hex({0, 114, 178}) == "#0072b2");
  CHECK_FALSE(is_dashed(6));
  CHECK(is_dashed(7));
  CHECK(hex(series_color(7)) == hex(series_color(0)));
}
