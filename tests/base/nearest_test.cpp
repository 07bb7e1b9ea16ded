#include "base/nearest.hpp"

#include "support/catch.hpp"

TEST_CASE("the edit distance counts insertions, deletions, replacements and swaps", "[base]") {
  CHECK(nlp::edit_distance("", "") == 0);
  CHECK(nlp::edit_distance("", "abc") == 3);
  CHECK(nlp::edit_distance("abc", "") == 3);
  CHECK(nlp::edit_distance("kitten", "sitting") == 3);
  CHECK(nlp::edit_distance("embde", "embed") == 1);
  CHECK(nlp::edit_distance("ca", "abc") == 3);  // alignment: a swapped pair is not edited again
}

TEST_CASE("the nearest names come first and ties keep their order", "[base]") {
  const std::string_view names[] = {"mask", "embed", "encode", "task"};
  CHECK(nlp::nearest("ask", names, 2) == std::vector<std::string>{"mask", "task"});
  CHECK(nlp::nearest("embde", names, 1) == std::vector<std::string>{"embed"});
  CHECK(nlp::nearest("x", names, 9).size() == 4);
  CHECK(nlp::nearest("x", {}, 3).empty());
  CHECK(nlp::nearest("x", names, 0).empty());
}
