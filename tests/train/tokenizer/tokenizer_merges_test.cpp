#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "reference/tokenizer_training.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "train/tokenizer/alphabet.hpp"
#include "train/tokenizer/merges.hpp"
#include "train/tokenizer/train_tokenizer.hpp"

using namespace nlp::train;

namespace {

std::vector<std::string> lines_of(const std::string& name) {
  std::ifstream in(paths::data("train-tokenizer/" + name));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<WordCount> views(const reference::Counts& words) {
  std::vector<WordCount> found;
  for (const auto& [word, count] : words) found.push_back({word, count});
  return found;
}

reference::Counts random_words(std::mt19937& random, const std::vector<std::string>& letters) {
  reference::Counts words;
  for (int k = 0; k < 40; ++k) {
    std::string word;
    for (auto n = random() % 9 + 1; n > 0; --n) word += letters[random() % letters.size()];
    words[word] += random() % 6 + 1;
  }
  return words;
}

TokenizerReport train(TokenizerOptions options) {
  options.threads = 2;
  return train_tokenizer({paths::data("train-tokenizer/text.txt")}, options);
}

}  // namespace

TEST_CASE("merges are those of a trainer that counts all pairs anew each time", "[train]") {
  std::mt19937 random(5);
  int compared = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string prefix = round % 2 == 0 ? "##" : "";
    const auto words = round % 3 == 0 ? random_words(random, {"a", "b"})
                                      : random_words(random, {"a", "b", "c", "é", "語", "d"});
    const std::size_t vocab = 20 + random() % 80;
    const std::uint64_t min_frequency = random() % 4;
    MergeOptions options;
    options.special = {"[PAD]"};
    options.alphabet = find_alphabet(views(words), {}, {});
    options.continuing_prefix = prefix;
    options.vocab = vocab;
    options.min_frequency = min_frequency;
    const auto fast = train_merges(views(words), options).tokens;
    // Special tokens and characters are told apart by hand here: both trainers start from them.
    std::size_t start = 0;
    while (start < fast.size() && (start == 0 || reference::characters(fast[start]).size() == 1 ||
                                   (prefix == "##" && fast[start].starts_with(prefix) &&
                                    reference::characters(fast[start]).size() == 3)))
      ++start;
    const auto naive = reference::merged_tokens(
        words, {fast.begin(), fast.begin() + static_cast<std::ptrdiff_t>(start)}, prefix, vocab,
        min_frequency);
    INFO("round " << round);
    REQUIRE(naive.size() <= fast.size());
    CHECK(std::equal(naive.begin(), naive.end(), fast.begin()));
    if (naive.size() == fast.size()) ++compared;
  }
  CHECK(compared > 30);  // the others made one token in two ways
}

TEST_CASE("byte-level merges are those of the reference's trainer", "[train]") {
  const auto trained =
      train({.kind = TokenizerKind::bpe, .vocab = 700, .min_frequency = 1, .special = {}})
          .tokenizer;
  const auto expected = lines_of("bpe.txt");
  REQUIRE(expected.size() == 264);
  REQUIRE(trained.merges.size() == expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const auto& [first, second] = trained.merges[k];
    CHECK(trained.tokens[static_cast<std::size_t>(first)] + " " +
              trained.tokens[static_cast<std::size_t>(second)] ==
          expected[k]);
  }
  CHECK(trained.tokens.size() == 525);
}

TEST_CASE("WordPiece vocabularies are those of the reference's trainer", "[train]") {
  for (const bool cased : {false, true}) {
    const auto expected = lines_of(cased ? "wordpiece-cased.txt" : "wordpiece-uncased.txt");
    auto tokens = train({.kind = TokenizerKind::wordpiece,
                         .cased = cased,
                         .vocab = expected.size(),
                         .special = {}})
                      .tokenizer.tokens;
    std::ranges::sort(tokens);
    CHECK(tokens == expected);
  }
}

TEST_CASE("a vocabulary smaller than its characters is refused with their number", "[train]") {
  MergeOptions options;
  options.special = {"[PAD]", "[UNK]"};
  options.alphabet = {'a', 'b'};
  options.continuing_prefix = "##";
  options.vocab = 4;
  const std::vector<WordCount> words = {{"ab", 3}};
  CHECK_THROWS_WITH(train_merges(words, options), ContainsSubstring("expected at least 5"));
  options.vocab = 5;
  CHECK(train_merges(words, options).tokens ==
        std::vector<std::string>{"[PAD]", "[UNK]", "a", "b", "##b"});
  options.vocab = 6;
  CHECK(train_merges(words, options).tokens.back() == "ab");
  options.min_frequency = 4;
  CHECK(train_merges(words, options).tokens.size() == 5);
}

TEST_CASE("characters outside of the alphabet are taken out of words", "[train]") {
  MergeOptions options;
  options.alphabet = {'a', 'b'};
  options.vocab = 10;
  const std::vector<WordCount> words = {{"axb", 3}, {"x", 9}};
  const auto trained = train_merges(words, options);
  CHECK(trained.tokens == std::vector<std::string>{"a", "b", "ab"});
  CHECK(trained.merges == std::vector<std::pair<std::int32_t, std::int32_t>>{{0, 1}});
}
