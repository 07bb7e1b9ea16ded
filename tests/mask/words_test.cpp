#include "mask/words.hpp"

#include <map>
#include <set>

#include "mask/vocabulary.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"

using nlp::Random;
using nlp::mask::find_words;
using nlp::mask::mask_words;
using nlp::text::Span;

namespace {

std::vector<std::string> words_of(const std::string& text, const std::vector<Span>& excluded = {}) {
  std::vector<std::string> words;
  for (const Span span : find_words(text, excluded)) {
    words.push_back(text.substr(span.start, span.size()));
  }
  return words;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("words are runs of letters, marks and digits", "[mask]") {
  CHECK(words_of("Zürich 😀 and Ulm!") == Words{"Zürich", "and", "Ulm"});
  CHECK(words_of("don't snake_case x2, (1.5)") ==
        Words{"don", "t", "snake", "case", "x2", "1", "5"});
  CHECK(words_of("cafe\u0301 naïve") == Words{"cafe\u0301", "naïve"});
  CHECK(words_of("中文 text中x") == Words{"中", "文", "text", "中", "x"});
  CHECK(words_of("").empty());
  CHECK(words_of(" … !?\n\t").empty());
}

TEST_CASE("special tokens written in a text are no words", "[mask]") {
  CHECK(words_of("a [MASK] b", {{2, 8}}) == Words{"a", "b"});
  CHECK(words_of("[CLS][SEP]", {{0, 5}, {5, 10}}).empty());
  CHECK(words_of("mask <mask>", {{4, 11}}) == Words{"mask"});
}

TEST_CASE("the masked text and the words rejoin to the original", "[mask]") {
  const std::string text = "The quick  brown fox, 中文 naïve 😀 jumps; over x.";
  const auto words = find_words(text, {});
  for (std::uint64_t record = 0; record < 200; ++record) {
    for (const std::size_t count : {0u, 1u, 3u, 100u}) {
      const auto result = mask_words(text, words, count, "[MASK]", Random(4, record));
      REQUIRE(result.masked.size() == std::min(count, words.size()));
      std::string rejoined = result.text;
      std::size_t from = 0;
      for (const Span word : result.masked) {
        const std::size_t at = rejoined.find("[MASK]", from);
        REQUIRE(at != std::string::npos);
        rejoined.replace(at, 6, text.substr(word.start, word.size()));
        from = at + word.size();
      }
      REQUIRE(rejoined.find("[MASK]") == std::string::npos);
      REQUIRE(rejoined == text);
    }
  }
}

TEST_CASE("every pair of words is masked equally often", "[mask]") {
  const std::string text = "a b c d e";
  const auto words = find_words(text, {});
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> seen;
  const int records = 20000;
  for (int record = 0; record < records; ++record) {
    const auto result =
        mask_words(text, words, 2, "_", Random(9, static_cast<std::uint64_t>(record)));
    ++seen[{result.masked[0].start, result.masked[1].start}];
  }
  CHECK(seen.size() == 10);
  // 5 standard deviations: sqrt(20000 * 0.1 * 0.9) = 42.
  for (const auto& [pair, count] : seen) CHECK(std::abs(count - records / 10) < 212);
}

TEST_CASE("random tokens come from the vocabulary without special tokens", "[mask]") {
  const auto tokenizer = nlp::tokenizer::Tokenizer::open(paths::data("models/bert-mlm"));
  const auto ids = nlp::mask::ordinary_ids(tokenizer);
  CHECK(ids.size() == static_cast<std::size_t>(tokenizer.vocab_size()) - 5);
  const std::set<std::int32_t> set(ids.begin(), ids.end());
  for (const char* token : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) {
    CHECK(set.count(*tokenizer.id_of(token)) == 0);
  }
  CHECK(set.count(*tokenizer.id_of("the")) == 1);
}
