// Byte-pair encoding against a naive version, and its options case by case.
#include "tokenizer/bpe.hpp"

#include <thread>

#include "base/error.hpp"
#include "reference/tokenizer.hpp"
#include "support/catch.hpp"

using nlp::tokenizer::Bpe;
using nlp::tokenizer::BpeOptions;
using nlp::tokenizer::Merges;
using nlp::tokenizer::Piece;
using nlp::tokenizer::Vocabulary;
using reference::Strings;

namespace {
struct Model {
  Model(Strings tokens, std::vector<std::pair<std::string, std::string>> pairs,
        const BpeOptions& options = {}, std::size_t skip = 0)
      : names(std::move(tokens)), merges(std::move(pairs)) {
    std::vector<Vocabulary::Entry> entries;
    for (const std::string& name : names)
      entries.push_back({name, static_cast<std::int32_t>(entries.size())});
    vocabulary = Vocabulary(entries);
    std::vector<Merges::Rule> rules;
    for (const auto& [left, right] : merges) rules.push_back({left, right});
    bpe = std::make_unique<Bpe>(vocabulary, Merges(rules, vocabulary, skip, "merges"), options);
  }
  // Tokens with their parts of the word: `ab(0,2) c(2,3)`.
  std::string operator()(const std::string& word) const {
    std::vector<Piece> pieces;
    bpe->tokenize(word, pieces);
    std::string told;
    for (const Piece& piece : pieces)
      told += (told.empty() ? "" : " ") + std::string(vocabulary.token_of(piece.id)) + "(" +
              std::to_string(piece.span.start) + "," + std::to_string(piece.span.end) + ")";
    return told;
  }
  Strings names;
  std::vector<std::pair<std::string, std::string>> merges;
  Vocabulary vocabulary;
  std::unique_ptr<Bpe> bpe;
};
}  // namespace

TEST_CASE("BPE merges what the naive version merges", "[tokenizer]") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    reference::Words words(seed);
    Strings tokens = reference::characters(words(0));
    for (const char* letter : {"a", "b", "\xC3\xA9", "\xE4\xBD\xA0", "\xF0\x9F\x98\x80"})
      tokens.emplace_back(letter);
    std::vector<std::pair<std::string, std::string>> merges;
    std::map<std::pair<std::string, std::string>, int> ranks;
    for (std::size_t k = words.below(60); k > 0; --k) {
      const std::string left = tokens[words.below(tokens.size())],
                        right = tokens[words.below(tokens.size())];
      ranks[{left, right}] = static_cast<int>(merges.size());
      merges.emplace_back(left, right);
      tokens.push_back(left + right);
    }
    const Model model(tokens, merges);
    // Of equal tokens the vocabulary keeps the last, as merges do.
    for (const std::size_t length : {1, 2, 3, 7, 30, 63, 64, 65, 66, 200, 30}) {
      const std::string word = words(length, 2 + words.below(4));
      std::string expected;
      std::size_t at = 0;
      for (const std::string& token : reference::bpe(word, ranks)) {
        expected += (expected.empty() ? "" : " ") + token + "(" + std::to_string(at) + ",";
        expected += std::to_string(at += token.size()) + ")";
      }
      INFO(seed << " " << word);
      CHECK(model(word) == expected);
      CHECK(model(word) == expected);  // once more, now that the word is remembered
    }
  }
}

TEST_CASE("unknown characters of BPE vanish, are tokens, one token, or bytes", "[tokenizer]") {
  const Strings tokens = {"a", "u", "<0xC3>", "<0xA9>"};
  CHECK(Model(tokens, {})("xay") == "a(0,1)");  // the reference, too, counts what is left
  BpeOptions options;
  options.unknown_token = "u";
  CHECK(Model(tokens, {}, options)("xya\xC3\xA9") == "u(0,1) u(1,2) a(2,3) u(3,5)");
  options.fuse_unknown = true;
  CHECK(Model(tokens, {}, options)("xya") == "u(0,2) a(2,3)");
  options.byte_fallback = true;
  // The reference's order: bytes do not wait for the unknown characters before them.
  CHECK(Model(tokens, {}, options)("x\xC3\xA9") == "<0xC3>(0,1) <0xA9>(1,3) u(1,3)");
  CHECK(Model(tokens, {}, options)("\xC3\xA9z") == "<0xC3>(0,2) <0xA9>(0,2) u(2,3)");
  options.unknown_token = "none";
  const Model none(tokens, {}, options);
  CHECK(none("a") == "a(0,1)");
  CHECK_THROWS_AS(none("x"), nlp::Error);
}

TEST_CASE("a prefix and a suffix mark the characters of a word", "[tokenizer]") {
  BpeOptions options;
  options.continuing_prefix = "##";
  CHECK(Model({"a", "##b", "ab"}, {{"a", "##b"}}, options, 2)("abb") == "ab(0,2) ##b(2,3)");
  options.continuing_prefix = "";
  options.end_of_word_suffix = "</w>";
  CHECK(Model({"a", "b</w>", "ab</w>", "b"}, {{"a", "b</w>"}}, options)("bab") ==
        "b(0,1) ab</w>(1,3)");
}

TEST_CASE("with ignore_merges a word that is a token is not split", "[tokenizer]") {
  BpeOptions options;
  CHECK(Model({"a", "b", "ab"}, {}, options)("ab") == "a(0,1) b(1,2)");
  options.ignore_merges = true;
  CHECK(Model({"a", "b", "ab"}, {}, options)("ab") == "ab(0,2)");
}

TEST_CASE("merges of tokens that the vocabulary lacks are refused by name", "[tokenizer]") {
  CHECK_THROWS_WITH(Model({"a", "b"}, {{"a", "b"}}), ContainsSubstring("\"ab\""));
  CHECK_THROWS_WITH(Model({"a", "ab"}, {{"a", "b"}}), ContainsSubstring("\"b\""));
}

TEST_CASE("BPE of a word of a million bytes takes no quadratic time", "[tokenizer]") {
  const Model model({"a", "b", "aa", "aaaa", "ab"}, {{"a", "a"}, {"aa", "aa"}, {"a", "b"}});
  std::vector<Piece> pieces;
  model.bpe->tokenize(std::string(1 << 20, 'a'), pieces);
  CHECK(pieces.size() == 1 << 18);
}

TEST_CASE("threads that share a model get what one thread gets", "[tokenizer]") {
  Strings tokens = {"a", "b", "\xC3\xA9", "\xE4\xBD\xA0", "\xF0\x9F\x98\x80"};
  const Model model(tokens, {});
  std::vector<std::thread> threads;
  std::array<int, 4> wrong = {};
  for (unsigned k = 0; k < wrong.size(); ++k)
    threads.emplace_back([&, k] {
      reference::Words words(k);
      for (int round = 0; round < 20000; ++round) {
        const std::string word = words(1 + words.below(14));
        std::vector<Piece> pieces;
        model.bpe->tokenize(word, pieces);
        std::string joined;
        for (const Piece& piece : pieces) joined += model.vocabulary.token_of(piece.id);
        wrong[k] += joined != word;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::array<int, 4>{});
}
