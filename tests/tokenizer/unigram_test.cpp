// Unigram against all ways to cut a word, and its rules case by case.
#include "tokenizer/unigram.hpp"

#include "base/error.hpp"
#include "reference/tokenizer.hpp"
#include "support/catch.hpp"

using nlp::tokenizer::Piece;
using nlp::tokenizer::PrefixTrie;
using nlp::tokenizer::Unigram;
using nlp::tokenizer::Vocabulary;

namespace {
struct Model {
  explicit Model(std::vector<std::pair<std::string, double>> pairs, int unknown = 0,
                 bool byte_fallback = false)
      : pieces(std::move(pairs)) {
    std::vector<Vocabulary::Entry> entries;
    std::vector<double> scores;
    for (const auto& [piece, score] : pieces) {
      entries.push_back({piece, static_cast<std::int32_t>(entries.size())});
      scores.push_back(score);
    }
    vocabulary = Vocabulary(entries);
    unigram = std::make_unique<Unigram>(vocabulary, scores, unknown, byte_fallback);
  }
  std::string operator()(const std::string& word) const {
    std::vector<Piece> found;
    unigram->tokenize(word, found);
    std::string told;
    for (const Piece& piece : found)
      told += (told.empty() ? "" : " ") + std::to_string(piece.id) + "(" +
              std::to_string(piece.span.start) + "," + std::to_string(piece.span.end) + ")";
    return told;
  }
  std::vector<std::pair<std::string, double>> pieces;
  Vocabulary vocabulary;
  std::unique_ptr<Unigram> unigram;
};
}  // namespace

TEST_CASE("Unigram finds the best of all ways to cut a word", "[tokenizer]") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    reference::Words words(seed);
    std::vector<std::pair<std::string, double>> pieces = {{"<unk>", 0}};
    std::map<std::string, double> scores;
    for (std::size_t k = words.below(30); k > 0; --k) {
      pieces.emplace_back(words(1 + words.below(4)), -0.125 * static_cast<double>(words.below(50)));
      scores[pieces.back().first] = pieces.back().second;
    }
    double unknown = 0;
    for (const auto& [piece, score] : pieces) unknown = std::min(unknown, score);
    unknown -= 10;
    const Model model(pieces);
    for (int round = 0; round < 20; ++round) {
      const std::string word = words(1 + words.below(9), 2 + words.below(4));
      std::vector<Piece> found;
      model.unigram->tokenize(word, found);
      double sum = 0;
      std::size_t at = 0;
      for (const Piece& piece : found) {
        CHECK(piece.span.start == at);
        const std::string part = word.substr(at, piece.span.size());
        at = piece.span.end;
        sum += piece.id == 0 ? unknown * static_cast<double>(reference::characters(part).size())
                             : pieces[static_cast<std::size_t>(piece.id)].second;
        if (piece.id != 0) CHECK(model.vocabulary.token_of(piece.id) == part);
        CHECK(piece.literal == (piece.id == 0));
      }
      INFO(seed << " " << word);
      CHECK(at == word.size());
      CHECK(sum == Approx(reference::best_score(word, scores, unknown)));
    }
  }
}

TEST_CASE("of equal paths the first that reached the place stays", "[tokenizer]") {
  // To `abc` come a|bc, from place 1, then ab|c, from place 2.
  const Model model({{"<unk>", 0}, {"a", -1}, {"ab", -2}, {"bc", -2}, {"c", -1}, {"b", -9}});
  CHECK(model("abc") == "1(0,1) 3(1,3)");
}

TEST_CASE("unknown characters of Unigram are one token, or their bytes", "[tokenizer]") {
  CHECK(Model({{"<unk>", 0}, {"a", -1}})("xya\xC3\xA9") == "0(0,2) 1(2,3) 0(3,5)");
  // What they make together may be a piece that costs too much to be taken.
  CHECK(Model({{"<unk>", 0}, {"a", -1}, {"xy", 0}}, 0)("xya") == "2(0,2) 1(2,3)");
  const Model bytes({{"<unk>", 0}, {"<0xC3>", -1}, {"<0xA9>", -1}, {"a", -1}}, 0, true);
  CHECK(bytes("\xC3\xA9\xC3\xA9") == "1(0,4) 2(0,4) 1(0,4) 2(0,4)");
  CHECK(bytes("\xC3\xA9x") == "0(0,3)");
  CHECK_THROWS_AS(Model({{"a", -1}}, -1)("ab"), nlp::Error);
}

TEST_CASE("the later of two equal pieces counts", "[tokenizer]") {
  CHECK(Model({{"<unk>", 0}, {"a", -1}, {"a", -3}, {"aa", -5}})("aa") == "3(0,2)");
}

TEST_CASE("Unigram of a word of a million bytes takes linear time", "[tokenizer]") {
  const Model model({{"<unk>", 0}, {"a", -3}, {"aa", -4}, {"aaaa", -5}});
  std::vector<Piece> pieces;
  model.unigram->tokenize(std::string(1 << 20, 'a'), pieces);
  CHECK(pieces.size() == 1 << 18);
}

TEST_CASE("a trie finds the keys that start a text, shortest first", "[tokenizer]") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    reference::Words words(seed);
    std::map<std::string, int> keys;
    std::vector<std::string> names;
    for (std::size_t k = words.below(2000); k > 0; --k) names.push_back(words(words.below(9)));
    std::vector<PrefixTrie::Entry> entries;
    for (std::size_t k = 0; k < names.size(); ++k) {
      entries.push_back({names[k], static_cast<std::int32_t>(k)});
      if (!names[k].empty()) keys[names[k]] = static_cast<int>(k);
    }
    const PrefixTrie trie(entries);
    for (int round = 0; round < 200; ++round) {
      const std::string text = words(12) + "\x01";
      std::vector<std::pair<std::size_t, int>> expected, found;
      for (std::size_t size = 1; size <= text.size(); ++size)
        if (const auto key = keys.find(text.substr(0, size)); key != keys.end())
          expected.emplace_back(size, key->second);
      trie.each_prefix(
          text, [&](std::size_t size, std::int32_t value) { found.emplace_back(size, value); });
      CHECK(found == expected);
    }
  }
}
