#include "task/shared_tokens.hpp"

#include <string>

#include "support/catch.hpp"

using nlp::task::shared_tokens;

namespace {

// Letters as tokens; those that are not shared become dots.
std::pair<std::string, std::string> shared(std::string left, std::string right) {
  const auto ids = [](const std::string& text) {
    return std::vector<std::int32_t>(text.begin(), text.end());
  };
  const auto flags = shared_tokens(ids(left), ids(right));
  for (std::size_t k = 0; k < left.size(); ++k)
    if (flags.first[k] == 0) left[k] = '.';
  for (std::size_t k = 0; k < right.size(); ++k)
    if (flags.second[k] == 0) right[k] = '.';
  return {left, right};
}

using Both = std::pair<std::string, std::string>;

}  // namespace

TEST_CASE("tokens are shared where both texts have them in the same order", "[task]") {
  CHECK(shared("hexisxold", "sheyisxold") == Both("he.isxold", ".he.isxold"));
  CHECK(shared("abc", "abc") == Both("abc", "abc"));
  CHECK(shared("abc", "xyz") == Both("...", "..."));
  CHECK(shared("", "a") == Both("", "."));
  CHECK(shared("ab", "ba") == Both("a.", ".a"));
}

// What difflib.SequenceMatcher(None, left, right).get_opcodes() says.
TEST_CASE("the longest run comes first, the earliest of equal ones", "[task]") {
  CHECK(shared("abxcd", "abcd") == Both("ab.cd", "abcd"));
  CHECK(shared("qabxcd", "abycdf") == Both(".ab.cd", "ab.cd."));
  CHECK(shared("aab", "aba") == Both(".ab", "ab."));
  CHECK(shared("private Thread", "private volatile Thread") ==
        Both("private Thread", "private .........Thread"));
}
