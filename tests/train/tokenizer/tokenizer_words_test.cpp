#include <random>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "tokenizer/normalizer.hpp"
#include "tokenizer/pre_tokenizer.hpp"
#include "train/tokenizer/alphabet.hpp"
#include "train/tokenizer/count_words.hpp"

using namespace nlp::train;

namespace {

std::vector<std::string> blocks_of(const std::filesystem::path& file, std::size_t size) {
  TextBlocks blocks({file}, size);
  std::vector<std::string> found;
  for (std::string block; blocks.next(block);) found.push_back(block);
  return found;
}

// Words of a few letters, short and long lines, some spaces more than needed.
std::string random_text(std::uint32_t seed, std::size_t words) {
  std::mt19937 random(seed);
  const std::vector<std::string> parts = {"a", "b", "é", "語", "c", "ab"};
  std::string text;
  for (std::size_t k = 0; k < words; ++k) {
    for (auto n = random() % 5 + 1; n > 0; --n) text += parts[random() % parts.size()];
    text += random() % 7 == 0 ? "\n" : random() % 9 == 0 ? "  " : " ";
  }
  return text;
}

nlp::tokenizer::Parts bert_stages() {
  nlp::tokenizer::Parts parts;
  parts.normalizer =
      std::make_unique<nlp::tokenizer::BertNormalizer>(nlp::tokenizer::BertNormalizerOptions());
  parts.pre_tokenizer = std::make_unique<nlp::tokenizer::BertPreTokenizer>();
  return parts;
}

CountedWords count(const std::filesystem::path& file, int threads, std::size_t block) {
  TextBlocks blocks({file}, block);
  return count_words(bert_stages(), blocks, threads, {});
}

bool same(const WordCounts& left, const WordCounts& right) {
  const auto a = left.sorted(), b = right.sorted();
  return std::ranges::equal(a, b, [](const WordCount& x, const WordCount& y) {
    return x.word == y.word && x.count == y.count;
  });
}

}  // namespace

TEST_CASE("blocks of a file are whole lines and lose no byte", "[train]") {
  const TemporaryDirectory folder;
  const std::string text = random_text(1, 400) + "the end";
  const auto file = folder.write("text", text);
  std::string whole;
  const auto blocks = blocks_of(file, 200);
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    CHECK(blocks[k].size() <= 200);
    if (k + 1 < blocks.size()) CHECK(blocks[k].back() == '\n');
    whole += blocks[k];
  }
  CHECK(whole == text);
  CHECK(blocks.size() > 5);
}

TEST_CASE("a line longer than a block is divided before a single space, or behind a code point",
          "[train]") {
  const TemporaryDirectory folder;
  CHECK(blocks_of(folder.write("a", "aaa bbb  ccc ddd\nx\n"), 12) ==
        std::vector<std::string>{"aaa", " bbb  ccc", " ddd\nx\n"});
  CHECK(blocks_of(folder.write("b", "語語語語語"), 8) ==
        std::vector<std::string>{"語語", "語語", "語"});
  CHECK(blocks_of(folder.write("c", "\xA9\xA9\xA9\xA9\xA9\xA9\xA9\xA9\xA9\xA9"), 8).size() == 2);
}

TEST_CASE("words are counted the same by any number of threads and in blocks of any size",
          "[train]") {
  const TemporaryDirectory folder;
  const auto file = folder.write("text", random_text(2, 3000));
  const auto once = count(file, 1, 1 << 20);
  CHECK(once.words.size() > 100);
  for (const int threads : {1, 2, 5})
    for (const std::size_t block : {300, 5000}) {
      const auto again = count(file, threads, block);
      CHECK(same(once.words, again.words));
      CHECK(once.lines == again.lines);
    }
}

TEST_CASE("what is not UTF-8 is repaired and counted, and a word beyond all bounds left out",
          "[train]") {
  const TemporaryDirectory folder;
  const auto broken = count(folder.write("a", "sun \xFFmoon\xC3 sun\n"), 1, 100);
  CHECK(broken.repaired == 2);
  REQUIRE(broken.words.size() == 2);
  CHECK(broken.words.sorted()[0].word == "moon");
  CHECK(broken.words.sorted()[1].count == 2);
  const auto huge = count(folder.write("b", std::string(5000, 'a') + " sun\n"), 1, 1 << 20);
  CHECK(huge.too_long == 1);
  CHECK(huge.words.size() == 1);
}

TEST_CASE("a file that cannot be read stops the count, from any thread", "[train]") {
  TextBlocks blocks({"/nowhere/at/all"});
  CHECK_THROWS_WITH(count_words(bert_stages(), blocks, 3, {}),
                    ContainsSubstring("/nowhere/at/all: cannot be read"));
}

TEST_CASE("an alphabet keeps the most frequent characters, of equal ones the lowest", "[train]") {
  const std::vector<WordCount> words = {{"abc", 2}, {"cé", 5}, {"d", 2}};
  CHECK(find_alphabet(words, {}, {}) == std::vector<char32_t>{'a', 'b', 'c', 'd', 0xE9});
  CHECK(find_alphabet(words, {}, 3) == std::vector<char32_t>{'a', 'c', 0xE9});
  const char32_t initial[] = {'z'};
  CHECK(find_alphabet(words, initial, 3) == std::vector<char32_t>{'c', 'z', 0xE9});
}
