// Scores of texts against the model run on each masked text by itself.
#include "task/score.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "support/golden.hpp"

using namespace nlp::task;
using nlp::model::Model;
using nlp::tokenizer::Tokenizer;

namespace {

constexpr ScoreMethod kMethods[] = {ScoreMethod::pll, ScoreMethod::pll_word_l2r,
                                    ScoreMethod::unmasked};

struct Small {
  Model model = Model::open(golden::model("bert-mlm"));
  Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));
  nlp::model::WorkspacePtr workspace = model.workspace();

  std::vector<TextScore> run(const std::vector<std::string>& texts, const ScoreOptions& options) {
    const Scorer scorer(model, tokenizer, options);
    std::vector<ScoredText> prepared;
    for (const std::string& text : texts) prepared.push_back(scorer.prepare(text));
    return scorer(prepared, *workspace);
  }

  // log p(id at `place`) of a text of ids without template, by encoder and head alone.
  double logprob(std::vector<std::int32_t> ids, std::size_t place, std::int32_t id) {
    ids.insert(ids.begin(), *tokenizer.id_of("[CLS]"));
    ids.push_back(*tokenizer.id_of("[SEP]"));
    nlp::model::Batch batch;
    batch.add(ids, std::vector<std::int32_t>(ids.size(), 0));
    nlp::model::Encoded encoded;
    model.encode(batch, {}, *workspace, encoded);
    nlp::tensor::Tensor logits;
    const std::int64_t row = static_cast<std::int64_t>(place) + 1;
    model.masked_lm(encoded.last, std::span(&row, 1), *workspace, logits);
    double sum = 0;
    for (const float logit : logits.row(0)) sum += std::exp(static_cast<double>(logit));
    return static_cast<double>(logits.row(0)[static_cast<std::size_t>(id)]) - std::log(sum);
  }
};

}  // namespace

TEST_CASE("a score is the sum over tokens of what the model says of each masked text", "[task]") {
  Small small;
  const std::string text = "the brightly shining sun";
  const auto tokens = small.tokenizer.tokenize(text);
  REQUIRE(tokens.words[1] == tokens.words[2]);  // br ##ight ##ly
  for (const ScoreMethod method : kMethods) {
    const TextScore score = small.run({text}, {method, {}})[0];
    REQUIRE(score.tokens.size() == tokens.size());
    double sum = 0;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      auto ids = tokens.ids;
      if (method != ScoreMethod::unmasked) ids[t] = *small.tokenizer.mask_id();
      for (std::size_t later = t + 1; later < ids.size(); ++later)
        if (method == ScoreMethod::pll_word_l2r && tokens.words[later] == tokens.words[t])
          ids[later] = *small.tokenizer.mask_id();
      const double expected = small.logprob(ids, t, tokens.ids[t]);
      CHECK(score.tokens[t].logprob == Approx(expected).epsilon(1e-5));
      CHECK(score.tokens[t].id == tokens.ids[t]);
      CHECK(score.tokens[t].span == tokens.offsets[t]);
      sum += expected;
    }
    CHECK(score.logprob == Approx(sum).epsilon(1e-5));
    CHECK(*score.perplexity() == Approx(std::exp(-sum / static_cast<double>(tokens.size()))));
  }
}

TEST_CASE("the methods differ where a word has several pieces", "[task]") {
  Small small;
  const auto pll = small.run({"brightly", "the day"}, {ScoreMethod::pll, {}});
  const auto l2r = small.run({"brightly", "the day"}, {ScoreMethod::pll_word_l2r, {}});
  CHECK(pll[0].logprob != l2r[0].logprob);
  CHECK(pll[0].tokens.back().logprob == l2r[0].tokens.back().logprob);
  CHECK(pll[1].logprob == l2r[1].logprob);
}

TEST_CASE("special tokens of a text are read and not scored, the unknown one is", "[task]") {
  Small small;
  const std::string text = "the [MASK] \U0001F600";
  const TextScore score = small.run({text}, {})[0];
  REQUIRE(score.tokens.size() == 2);
  CHECK(score.tokens[1].id == *small.tokenizer.unknown_id());
  auto ids = small.tokenizer.tokenize(text).ids;
  const std::int32_t the = std::exchange(ids[0], *small.tokenizer.mask_id());
  CHECK(score.tokens[0].logprob == Approx(small.logprob(ids, 0, the)).epsilon(1e-5));
}

TEST_CASE("a text without tokens has the logprob of a sure one and no perplexity", "[task]") {
  Small small;
  for (const ScoreMethod method : kMethods)
    for (const TextScore& score : small.run({"", "[SEP]"}, {method, {}})) {
      CHECK(score.logprob == 0);
      CHECK(score.tokens.empty());
      CHECK_FALSE(score.perplexity().has_value());
    }
}

TEST_CASE("scores do not depend on neighbours or on the batch", "[task]") {
  Small small;
  const std::vector<std::string> texts{"the sun is shining brightly", "", "a day", "[MASK]"};
  for (const ScoreMethod method : kMethods) {
    const auto together = small.run(texts, {method, {}});
    for (std::size_t b = 0; b < texts.size(); ++b) {
      const TextScore alone = small.run({texts[b]}, {method, {.batch_tokens = 1}})[0];
      CHECK(alone.logprob == together[b].logprob);
    }
  }
}

TEST_CASE("a long text is refused, cut, or scored in windows of most context", "[task]") {
  Small small;
  std::string text;
  for (int k = 0; k < 30; ++k) text += k % 3 ? " the sun" : " a brightly shining day";
  const auto tokens = small.tokenizer.tokenize(text);
  for (const ScoreMethod method : kMethods) {
    ScoreOptions options{method, {}};
    CHECK_THROWS_AS(small.run({text}, options), nlp::Error);
    options.fit = {.fit = Fit::truncate, .window = 12};
    CHECK(small.run({text}, options)[0].tokens.size() == 10);
    CHECK(Scorer(small.model, small.tokenizer, options).prepare(text).truncated);
    options.fit = {.fit = Fit::window, .window = 12, .overlap = 6};
    const TextScore score = small.run({text}, options)[0];
    REQUIRE(score.tokens.size() == tokens.size());
    for (const Window& window :
         overlapping_windows(static_cast<std::int64_t>(tokens.size()), 10, 6)) {
      const auto first = static_cast<std::size_t>(window.first);
      const auto part = tokens.slice(first, static_cast<std::size_t>(window.last));
      for (auto t = static_cast<std::size_t>(window.own_first);
           t < static_cast<std::size_t>(window.own_last); ++t) {
        auto ids = part.ids;
        for (std::size_t k = t - first; k < ids.size(); ++k)
          if (method != ScoreMethod::unmasked &&
              (k == t - first ||
               (method == ScoreMethod::pll_word_l2r && part.words[k] == tokens.words[t])))
            ids[k] = *small.tokenizer.mask_id();
        CHECK(score.tokens[t].logprob ==
              Approx(small.logprob(ids, t - first, tokens.ids[t])).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("score refuses a checkpoint without masked-LM head", "[task]") {
  for (const char* name : {"bert-ner", "t5"}) {
    const Model model = Model::open(golden::model(name));
    const Tokenizer tokenizer = Tokenizer::open(golden::model(name));
    try {
      Scorer(model, tokenizer, {});
      FAIL_CHECK("was taken: " << name);
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::model);
      CHECK(std::string(error.what()).find("masked language model") != std::string::npos);
    }
  }
}
