#include "train/evaluate/mlm.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "base/error.hpp"
#include "mask/places.hpp"
#include "mask/words.hpp"
#include "support/small_tokenizers.hpp"
#include "task/inputs.hpp"

using namespace nlp::train;
using namespace small_tokenizers;
using nlp::Random;
using nlp::mask::kIgnored;

namespace {

const nlp::model::Model& model() {
  static const auto opened = nlp::model::Model::open(golden::model("bert-mlm"));
  return opened;
}

// The texts of the golden file with its labels.
std::vector<MaskedText> golden_texts(const golden::Arrays& arrays) {
  std::vector<MaskedText> texts;
  for (std::int64_t b = 0; b < arrays.texts(); ++b) {
    MaskedText& text = texts.emplace_back();
    for (std::int64_t t = 0; t < arrays.length(b); ++t) {
      const auto at = [&](const char* name) {
        return static_cast<std::int32_t>(arrays.integer(name, b * arrays.width() + t));
      };
      text.encoding.ids.push_back(at("input_ids"));
      text.encoding.type_ids.push_back(at("token_type_ids"));
      text.labels.push_back(at("labels"));
    }
    text.encoding.special.assign(text.labels.size(), 0);
    text.encoding.sequence.assign(text.labels.size(), 0);
  }
  return texts;
}

Guesses sum(const std::vector<MlmEvaluator::Result>& results) {
  Guesses guesses;
  for (const auto& result : results) guesses += result.guesses;
  return guesses;
}

bool same(const Guesses& left, const Guesses& right) {
  return left.tokens == right.tokens && left.top1 == right.top1 && left.top5 == right.top5 &&
         left.loss == right.loss;
}

}  // namespace

TEST_CASE("the loss of masked tokens is the reference's, and ranks are those of its logits",
          "[train]") {
  const golden::Arrays arrays("bert-mlm");
  auto texts = golden_texts(arrays);
  const MlmEvaluator evaluate(model(), wordpiece(), {});
  const auto workspace = model().workspace();
  const Guesses guesses = sum(evaluate(texts, *workspace));
  REQUIRE(guesses.tokens > 5);
  CHECK(guesses.loss / static_cast<double>(guesses.tokens) ==
        Approx(arrays.number("loss", 0)).epsilon(1e-5));

  // The model guesses badly; with the label that is its third choice it is right among five.
  const std::int64_t vocabulary = model().config().vocab_size;
  std::uint64_t third = 0;
  for (std::size_t b = 0; b < texts.size(); ++b)
    for (std::size_t t = 0; t < texts[b].labels.size(); ++t) {
      std::vector<std::pair<float, std::int32_t>> order;
      const auto row = (static_cast<std::int64_t>(b) * arrays.width() + static_cast<int>(t));
      for (std::int64_t v = 0; v < vocabulary; ++v)
        order.emplace_back(-arrays.number("logits", row * vocabulary + v), v);
      std::sort(order.begin(), order.end());
      const std::size_t choice = t % 3 == 0 ? 0 : t % 3 == 1 ? 2 : 5;
      texts[b].labels[t] = order[choice].second;
      ++third;
    }
  std::uint64_t first = 0, five = 0;
  for (const auto& text : texts)
    for (std::size_t t = 0; t < text.labels.size(); ++t) {
      first += t % 3 == 0;
      five += t % 3 != 2;
    }
  const Guesses chosen = sum(evaluate(texts, *workspace));
  CHECK(chosen.tokens == third);
  CHECK(chosen.top1 == first);
  CHECK(chosen.top5 == five);
}

TEST_CASE("a text's guesses do not depend on its neighbours or the batch", "[train]") {
  const auto texts = golden_texts(golden::Arrays("bert-mlm"));
  nlp::task::FitOptions small;
  small.batch_tokens = 1;
  const MlmEvaluator together(model(), wordpiece(), {}), alone(model(), wordpiece(), small);
  const auto workspace = model().workspace();
  const auto results = together(texts, *workspace);
  for (std::size_t k = 0; k < texts.size(); ++k)
    CHECK(same(alone(std::span(texts).subspan(k, 1), *workspace)[0].guesses, results[k].guesses));
}

TEST_CASE("each hidden token of a long text is guessed once, or what is left of a cut one",
          "[train]") {
  std::string text;
  for (int k = 0; k < 150; ++k) text += " word" + std::to_string(k);
  nlp::mask::Policy policy;
  policy.probability = 0.3;
  const nlp::mask::TokenMasker masker(policy, *wordpiece().mask_id(), {200});
  const std::vector<MaskedText> texts = {hide_tokens(wordpiece(), masker, text, 0)};
  const auto hidden = [](std::span<const std::int32_t> labels) {
    return static_cast<std::uint64_t>(
        std::count_if(labels.begin(), labels.end(), [](auto label) { return label >= 0; }));
  };
  const auto workspace = model().workspace();
  nlp::task::FitOptions options;
  options.fit = nlp::task::Fit::window;
  const auto whole = MlmEvaluator(model(), wordpiece(), options)(texts, *workspace)[0];
  CHECK(whole.guesses.tokens == hidden(texts[0].labels));
  CHECK_FALSE(whole.cut);
  options.fit = nlp::task::Fit::truncate;
  const auto cut = MlmEvaluator(model(), wordpiece(), options)(texts, *workspace)[0];
  const auto limit = nlp::task::input_limit(model(), wordpiece().max_length(), options);
  const auto left = static_cast<std::size_t>(limit) - 1;  // the last one is the template's
  CHECK(cut.guesses.tokens == hidden(std::span(texts[0].labels).first(left)));
  CHECK(cut.cut);
  options.fit = nlp::task::Fit::error;
  CHECK_THROWS_WITH(MlmEvaluator(model(), wordpiece(), options)(texts, *workspace),
                    ContainsSubstring("too long a text"));
}

TEST_CASE("one word is hidden, any of them, and only where it is a single token", "[train]") {
  const std::string text = "the cat, it sat: trunkline";
  std::set<std::int32_t> seen;
  int missed = 0;
  for (std::uint64_t record = 0; record < 100; ++record) {
    const HiddenWord word = hide_word(wordpiece(), text, Random(1, record));
    REQUIRE(word.found);
    if (!word.text) {
      ++missed;
      continue;
    }
    const auto plain = wordpiece().encode(text);
    int hidden = 0;
    for (std::size_t t = 0; t < plain.size(); ++t) {
      if (word.text->labels[t] == kIgnored) {
        CHECK(word.text->encoding.ids[t] == plain.ids[t]);
        continue;
      }
      ++hidden;
      CHECK(word.text->labels[t] == plain.ids[t]);
      CHECK(word.text->encoding.ids[t] == wordpiece().mask_id());
      seen.insert(plain.ids[t]);
    }
    CHECK(hidden == 1);
  }
  // All words are drawn; `the`, `it` and others are single tokens of this vocabulary.
  const auto plain = wordpiece().tokenize(text);
  std::set<std::int32_t> single;
  std::set<std::int32_t> several;
  for (std::size_t t = 0; t < plain.size(); ++t) {
    const bool alone = (t == 0 || plain.words[t - 1] != plain.words[t]) &&
                       (t + 1 == plain.size() || plain.words[t + 1] != plain.words[t]);
    const auto span = plain.offsets[t];
    if (!alone)
      several.insert(plain.words[t]);
    else if (text[span.start] != ',' && text[span.start] != ':')
      single.insert(plain.ids[t]);
  }
  REQUIRE(!single.empty());
  REQUIRE(!several.empty());
  CHECK(seen == single);
  const auto words = static_cast<double>(single.size() + several.size());
  CHECK(std::abs(missed - 100 * static_cast<double>(several.size()) / words) < 20);
}

TEST_CASE("the word that is hidden is the one that masking plain text hides", "[train]") {
  const std::string text = "the cat, it sat on the end of it and was not there";
  int compared = 0;
  for (std::uint64_t record = 0; record < 30; ++record) {
    const Random random(5, record);
    const auto words = nlp::mask::maskable_words(wordpiece(), text);
    const auto masked = nlp::mask::mask_words(text, words, 1, wordpiece().mask_token(), random);
    const HiddenWord word = hide_word(wordpiece(), text, random);
    if (!word.text) continue;
    ++compared;
    CHECK(word.text->encoding.ids == wordpiece().encode(masked.text).ids);
  }
  CHECK(compared > 10);
}

TEST_CASE("a word that byte-level tokens give a space is hidden whole", "[train]") {
  int found = 0;
  for (std::uint64_t record = 0; record < 50; ++record) {
    const HiddenWord word = hide_word(byte_level(), "a cat, a dog: a bird", Random(1, record));
    if (!word.text) continue;
    ++found;
    CHECK(std::count_if(word.text->labels.begin(), word.text->labels.end(),
                        [](auto label) { return label >= 0; }) == 1);
  }
  CHECK(found > 10);
}

TEST_CASE("there is no word in a text of none", "[train]") {
  CHECK_FALSE(hide_word(wordpiece(), "", Random(1, 0)).found);
  CHECK_FALSE(hide_word(wordpiece(), "... [MASK] !", Random(1, 0)).found);
}

TEST_CASE("labels that fit neither the text nor the vocabulary are refused", "[train]") {
  std::vector<MaskedText> texts = {{wordpiece().encode("the cat"), {}}};
  const MlmEvaluator evaluate(model(), wordpiece(), {});
  const auto workspace = model().workspace();
  CHECK_THROWS_WITH(evaluate(texts, *workspace), ContainsSubstring("as many values as `ids`"));
  texts[0].labels.assign(texts[0].encoding.size(), 700);
  CHECK_THROWS_WITH(evaluate(texts, *workspace), ContainsSubstring("less than 700, got 700"));
  const auto other = nlp::model::Model::open(golden::model("bert-ner"));
  CHECK_THROWS_WITH(MlmEvaluator(other, wordpiece(), {}),
                    ContainsSubstring("no masked language model head"));
}
