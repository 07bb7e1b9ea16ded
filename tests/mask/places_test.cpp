#include "mask/places.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "support/golden.hpp"

using namespace nlp::mask;
using nlp::tokenizer::Tokenizer;

namespace {
const Tokenizer& small() {
  static const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));
  return tokenizer;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (const auto span : maskable_words(small(), text))
    words.push_back(text.substr(span.start, span.size()));
  return words;
}
}  // namespace

TEST_CASE("words may be masked, special tokens among them may not", "[mask]") {
  CHECK(words_of("The cat, [MASK] sat.") == std::vector<std::string>{"The", "cat", "sat"});
  // An unknown word has a special token's id but is a word.
  CHECK(words_of("a \u4e2d b") == std::vector<std::string>{"a", "\u4e2d", "b"});
  CHECK(words_of("").empty());
}

TEST_CASE("neither the template's tokens nor special ones in the text may be masked", "[mask]") {
  const auto encoding = small().encode("the [MASK] cat");
  const auto maskable = maskable_tokens(small(), encoding);
  REQUIRE(maskable.size() == encoding.size());
  for (std::size_t t = 0; t < maskable.size(); ++t)
    CHECK(maskable[t] == !small().is_special(encoding.ids[t]));
}

TEST_CASE("pieces of a word have its number, with the words or without them", "[mask]") {
  const std::string text = "the trunkline sat";
  auto encoding = small().encode(text);
  const auto numbers = word_numbers(small(), encoding, text);
  const auto runs = [&](const std::vector<std::int32_t>& values) {
    std::vector<bool> same;  // as the token before
    for (std::size_t t = 1; t < values.size(); ++t) same.push_back(values[t] == values[t - 1]);
    return same;
  };
  std::vector<bool> expected;
  for (std::size_t t = 1; t < encoding.size(); ++t)
    expected.push_back(small().token_of(encoding.ids[t]).starts_with("##"));
  CHECK(std::count(expected.begin(), expected.end(), true) > 2);
  CHECK(runs(numbers) == expected);
  encoding.words.clear();
  CHECK(runs(word_numbers(small(), encoding, text)) == expected);            // of the text
  CHECK(runs(word_numbers(small(), encoding, "another text")) == expected);  // of the pieces
}

TEST_CASE("the words of a pair are not those of the text", "[mask]") {
  const auto encoding = small().encode("cat", "cat");
  const auto numbers = word_numbers(small(), encoding, "cat");
  std::vector<std::int32_t> text, pair;
  for (std::size_t t = 0; t < encoding.size(); ++t) {
    if (encoding.sequence[t] == 0) text.push_back(numbers[t]);
    if (encoding.sequence[t] == 1) pair.push_back(numbers[t]);
  }
  REQUIRE(!text.empty());
  REQUIRE(!pair.empty());
  CHECK(text.back() != pair.front());
}
