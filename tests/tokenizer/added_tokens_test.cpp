// How added tokens are cut out of a text, case by case.
#include "tokenizer/added_tokens.hpp"

#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using nlp::tokenizer::AddedToken;
using nlp::tokenizer::AddedTokenMatcher;
using nlp::tokenizer::Cut;

namespace {
using Parts = std::vector<std::pair<std::string, int>>;

Parts cut(const std::vector<AddedToken>& tokens, const std::string& text) {
  AddedTokenMatcher matcher;
  for (const AddedToken& token : tokens) matcher.add(token, token.content);
  std::vector<Cut> cuts;
  matcher.cut(text, cuts);
  Parts parts;
  for (const Cut& part : cuts)
    parts.emplace_back(text.substr(part.span.start, part.span.size()), part.id);
  return parts;
}
}  // namespace

TEST_CASE("the longest of the leftmost added tokens is cut out", "[tokenizer]") {
  const std::vector<AddedToken> tokens = {
      {.id = 1, .content = "ab"}, {.id = 2, .content = "abc"}, {.id = 3, .content = "bcd"}};
  CHECK(cut(tokens, "xabcd") == Parts{{"x", -1}, {"abc", 2}, {"d", -1}});
  CHECK(cut(tokens, "abab") == Parts{{"ab", 1}, {"ab", 1}});
  CHECK(cut(tokens, "abx") == Parts{{"ab", 1}, {"x", -1}});
  CHECK(cut(tokens, "").empty());
  CHECK(cut({}, "ab") == Parts{{"ab", -1}});
}

TEST_CASE("a single word is not cut out where a word character touches it", "[tokenizer]") {
  const std::vector<AddedToken> tokens = {{.id = 1, .content = "ab", .single_word = true}};
  CHECK(cut(tokens, "ab, é ab") == Parts{{"ab", 1}, {", é ", -1}, {"ab", 1}});
  CHECK(cut(tokens, "éab") == Parts{{"éab", -1}});
  CHECK(cut(tokens, "ab_") == Parts{{"ab_", -1}});
  CHECK(cut(tokens, "-ab-") == Parts{{"-", -1}, {"ab", 1}, {"-", -1}});
}

TEST_CASE("lstrip and rstrip take the white space beside a token, of any kind", "[tokenizer]") {
  const std::vector<AddedToken> left = {{.id = 1, .content = "<m>", .lstrip = true}};
  CHECK(cut(left, "a \u3000 <m> b") == Parts{{"a", -1}, {" \u3000 <m>", 1}, {" b", -1}});
  CHECK(cut(left, "a\u200b<m>") == Parts{{"a\u200b", -1}, {"<m>", 1}});
  const std::vector<AddedToken> right = {{.id = 1, .content = "<m>", .rstrip = true}};
  CHECK(cut(right, "a <m> \u2028 b") == Parts{{"a ", -1}, {"<m> \u2028 ", 1}, {"b", -1}});
  const std::vector<AddedToken> both = {
      {.id = 1, .content = "<m>", .lstrip = true, .rstrip = true}};
  CHECK(cut(both, "<m> <m>") == Parts{{"<m> ", 1}, {"<m>", 1}});
}

TEST_CASE("a token of spaces is found in what the one before took, once for lstrip",
          "[tokenizer]") {
  // With rstrip before it the reference finds it again, the spans overlapping.  With lstrip nothing
  // of it is left: it is passed over, where the reference dies.
  const AddedToken taking = {.id = 1, .content = "<m>", .rstrip = true};
  CHECK(cut({taking, {.id = 2, .content = "  "}}, "<m>  x") ==
        Parts{{"<m>  ", 1}, {"  ", 2}, {"x", -1}});
  CHECK(cut({taking, {.id = 2, .content = "  ", .lstrip = true}}, "<m>  x") ==
        Parts{{"<m>  ", 1}, {"x", -1}});
}
