#include "train/data/packing.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/small_tokenizers.hpp"

using namespace nlp::train;
using namespace small_tokenizers;
using nlp::tokenizer::Tokenizer;

namespace {

std::vector<std::vector<std::int32_t>> pack(const Tokenizer& tokenizer, const std::string& text,
                                            std::size_t most, bool line_by_line = false) {
  auto workspace = tokenizer.workspace();
  const auto sequences = Packer(tokenizer, {most, line_by_line})(text, workspace);
  std::vector<std::vector<std::int32_t>> found;
  for (std::size_t k = 0; k < sequences.count(); ++k)
    found.emplace_back(sequences.ids.begin() + static_cast<std::ptrdiff_t>(sequences.begin(k)),
                       sequences.ids.begin() + static_cast<std::ptrdiff_t>(sequences.ends[k]));
  return found;
}

// What texts are as tokens.
std::vector<std::vector<std::int32_t>> tokens_of(const std::vector<std::string>& texts) {
  std::vector<std::vector<std::int32_t>> found;
  for (const std::string& text : texts) found.push_back(wordpiece().tokenize(text).ids);
  return found;
}

}  // namespace

TEST_CASE("lines are packed into sequences that end with their document", "[train]") {
  CHECK(pack(wordpiece(), "a b c\nd e\n\nf g\n", 8) == tokens_of({"a b c d e", "f g"}));
  // Less than half full it goes on in the next document.
  CHECK(pack(wordpiece(), "a b c\n\nd e\n\nf g", 8) == tokens_of({"a b c d e", "f g"}));
  CHECK(pack(wordpiece(), "a b c\n \t \nd e\n\nf g", 6) == tokens_of({"a b c", "d e f g"}));
  CHECK(pack(wordpiece(), "\n\n", 6).empty());
}

TEST_CASE("a line that does not fit is divided, or begins the next sequence", "[train]") {
  CHECK(pack(wordpiece(), "a b c d e f g h i j", 4) == tokens_of({"a b c d", "e f g h", "i j"}));
  CHECK(pack(wordpiece(), "a b c\nd e f", 4) == tokens_of({"a b c", "d e f"}));
  CHECK(pack(wordpiece(), "a b\nc d e", 4) == tokens_of({"a b c d", "e"}));
}

TEST_CASE("sequences are divided between words, but for a word longer than one", "[train]") {
  const auto word = wordpiece().tokenize("trunkline").ids;
  REQUIRE(word.size() > 2);
  CHECK(pack(wordpiece(), "a trunkline", word.size()) == tokens_of({"a", "trunkline"}));
  const auto divided = pack(wordpiece(), "trunkline", 2);
  std::vector<std::int32_t> joined;
  for (const auto& part : divided) {
    CHECK(part.size() <= 2);
    joined.insert(joined.end(), part.begin(), part.end());
  }
  CHECK(joined == word);
}

TEST_CASE("line by line a line is a sequence", "[train]") {
  CHECK(pack(wordpiece(), "a b\nc\r\n\nd e f g h\n", 4, true) ==
        tokens_of({"a b", "c", "d e f g", "h"}));
}

TEST_CASE("special tokens written in a text do not become themselves", "[train]") {
  for (const Tokenizer* each : {&wordpiece(), &byte_level(), &unigram(), &albert()}) {
    const Tokenizer& tokenizer = *each;
    INFO(tokenizer.provenance().front());
    std::string text = "see";
    for (std::int32_t id = 0; id < tokenizer.vocab_size(); ++id)
      if (tokenizer.is_special(id)) text += " " + std::string(tokenizer.token_of(id)) + "x";
    std::size_t tokens = 0;
    for (const auto& ids : pack(tokenizer, text, 50))
      for (const auto id : ids) {
        ++tokens;
        CHECK((!tokenizer.is_special(id) || id == tokenizer.unknown_id()));
      }
    CHECK(tokens > 5);
  }
}

TEST_CASE("ids and words of plain text are those of the tokenizer", "[train]") {
  const std::string text = "The trunkline, they say: isn't 123\u4e2d\u6587 caf\u00e9.";
  for (const Tokenizer* each : {&wordpiece(), &byte_level(), &unigram(), &albert()}) {
    const Tokenizer& tokenizer = *each;
    INFO(tokenizer.provenance().front());
    auto workspace = tokenizer.workspace();
    for (int twice = 0; twice < 2; ++twice) {  // the second time the words are known
      std::vector<std::int32_t> ids;
      std::vector<std::uint8_t> starts, expected;
      tokenizer.add_plain_ids(text, workspace, ids, starts);
      const auto tokens = tokenizer.tokenize(text);
      CHECK(ids == tokens.ids);
      for (std::size_t t = 0; t < tokens.size(); ++t)
        expected.push_back(t == 0 || tokens.words[t] != tokens.words[t - 1]);
      CHECK(starts == expected);
    }
  }
}
