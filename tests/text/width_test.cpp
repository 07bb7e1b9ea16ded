#include "text/width.hpp"

#include "support/catch.hpp"

using namespace nlp::text;

TEST_CASE("a terminal has two columns for a wide character and none for a mark", "[text]") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("größer") == 6);
  CHECK(columns_of("e\u0301") == 1);
  CHECK(columns_of("漢字") == 4);
  CHECK(columns_of("\U0001F600") == 2);
  CHECK(columns_of("\u2764\uFE0F") == 2);  // a heart as an emoji
  CHECK(columns_of("▁the") == 4);
}

TEST_CASE("a text is cut between characters, with a sign", "[text]") {
  CHECK(cut_to_columns("größer", 6) == "größer");
  CHECK(cut_to_columns("größer", 4) == "grö…");
  CHECK(cut_to_columns("漢字漢字", 6) == "漢字…");
  CHECK(cut_to_columns("漢字漢字", 4) == "漢…");
  CHECK(cut_to_columns("e\u0301e\u0301e\u0301", 2) == "e\u0301…");
}
