// How texts go on: by words, apart from or together with what stands before.
#include "task/next_words.hpp"

#include <string>

#include "support/small_tokenizers.hpp"
#include "task/fill_mask.hpp"

using namespace nlp::task;
using nlp::tokenizer::Tokenizer;

namespace {

std::string written(const Tokenizer& tokenizer, std::string text, const std::string& token) {
  INFO(token);
  REQUIRE(tokenizer.id_of(token).has_value());
  NextWords(tokenizer).append(text, *tokenizer.id_of(token));
  return text;
}

}  // namespace

TEST_CASE("a word is written apart, a piece that continues one together with it", "[task]") {
  const Tokenizer& tokenizer = small_tokenizers::wordpiece();
  CHECK(written(tokenizer, "the", "day") == "the day");
  CHECK(written(tokenizer, "the ", "day") == "the day");
  CHECK(written(tokenizer, "", "day") == "day");
  CHECK(written(tokenizer, "sh", "##ing") == "shing");
}

TEST_CASE("tokens that tell their space themselves are written by it", "[task]") {
  const Tokenizer& bytes = small_tokenizers::byte_level();
  CHECK(written(bytes, "a", "\u0120the") == "a the");
  CHECK(written(bytes, "a ", "\u0120the") == "a the");
  CHECK(written(bytes, "a", "e") == "ae");
  const Tokenizer& pieces = small_tokenizers::unigram();
  CHECK(written(pieces, "a", "\u2581the") == "a the");
  CHECK(written(pieces, "a", "s") == "as");
}

TEST_CASE("only words go on, and pieces only where there is a word to continue", "[task]") {
  const Tokenizer& tokenizer = small_tokenizers::wordpiece();
  const NextWords next(tokenizer);
  const auto id = [&](const char* token) { return *tokenizer.id_of(token); };
  CHECK(next.fits("the", id("day")));
  CHECK(next.fits("", id("day")));
  CHECK(next.begins_word(id("day")));
  CHECK(next.fits("sh", id("##ing")));
  for (const char* before : {"", "sh ", "sh!", "sh\u3000"})
    CHECK_FALSE(next.fits(before, id("##ing")));
  CHECK_FALSE(next.begins_word(id("##ing")));
  for (const char* token : {".", "[SEP]", "[MASK]", "[UNK]"}) {
    CHECK_FALSE(next.fits("the", id(token)));
    CHECK_FALSE(next.begins_word(id(token)));
  }
}

TEST_CASE("a text goes on by as many words as are wanted", "[task]") {
  const auto model = nlp::model::Model::open(golden::model("bert-mlm"));
  const Tokenizer& tokenizer = small_tokenizers::wordpiece();
  FillMaskOptions options;
  options.masks = Masks::beam;
  options.next_words = 2;
  options.top = 4;
  const FillMask fill(model, tokenizer, options);
  const NextWords next(tokenizer);
  const auto workspace = model.workspace();
  const std::string text = "the sun is ";
  const MaskedText prepared = fill.prepare(text);
  CHECK(prepared.text == "the sun is [MASK] [MASK]");
  const auto masks = fill({&prepared, 1}, *workspace)[0];
  REQUIRE(masks.size() == 2);
  REQUIRE(masks[0].candidates.size() == 4);
  for (std::size_t k = 0; k < 4; ++k) {
    std::string expected = text;
    for (const FilledMask& mask : masks) {
      CHECK(next.begins_word(mask.candidates[k].ids[0]));
      next.append(expected, mask.candidates[k].ids[0]);
      CHECK(mask.candidates[k].logprob == masks[0].candidates[k].logprob);
    }
    CHECK(masks[0].candidates[k].sequence == expected);
    CHECK(masks[1].candidates[k].sequence == expected);
  }
}
