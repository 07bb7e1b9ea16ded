#include "task/fill_mask.hpp"

#include <cmath>

#include "base/error.hpp"
#include "base/json.hpp"
#include "support/golden.hpp"
#include "support/paths.hpp"

using namespace nlp::task;
using nlp::model::Model;
using nlp::text::Span;
using nlp::tokenizer::Tokenizer;

namespace {

struct Small {
  Model model = Model::open(golden::model("bert-mlm"));
  Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));

  std::vector<std::vector<FilledMask>> run(const std::vector<std::string>& texts,
                                           const FillMaskOptions& options) {
    const FillMask fill_mask(model, tokenizer, options);
    const auto workspace = model.workspace();
    std::vector<MaskedText> prepared;
    for (const std::string& text : texts) prepared.push_back(fill_mask.prepare(text));
    return fill_mask(prepared, *workspace);
  }
};

FillMaskOptions with_targets(std::vector<std::string> targets) {
  FillMaskOptions options;
  options.targets = std::move(targets);
  return options;
}

// log p(id at `place`) of a text of ids without template, by the model alone.
double logprob(Small& small, std::vector<std::int32_t> ids, std::size_t place, std::int32_t id) {
  ids.insert(ids.begin(), *small.tokenizer.id_of("[CLS]"));
  ids.push_back(*small.tokenizer.id_of("[SEP]"));
  nlp::model::Batch batch;
  batch.add(ids, std::vector<std::int32_t>(ids.size(), 0));
  const auto workspace = small.model.workspace();
  nlp::model::Encoded encoded;
  small.model.encode(batch, {}, *workspace, encoded);
  nlp::tensor::Tensor logits;
  const std::int64_t row = static_cast<std::int64_t>(place) + 1;
  small.model.masked_lm(encoded.last, std::span(&row, 1), *workspace, logits);
  double sum = 0;
  for (const float logit : logits.row(0)) sum += std::exp(static_cast<double>(logit));
  return static_cast<double>(logits.row(0)[static_cast<std::size_t>(id)]) - std::log(sum);
}

}  // namespace

// The file holds what the reference's pipeline answers with this checkpoint.
TEST_CASE("candidates and scores are the reference's", "[task]") {
  Small small;
  FillMaskOptions options;
  options.top = 4;
  for (const nlp::Json& golden : nlp::read_json(paths::data("task/fill.json"))) {
    const auto text = golden["text"].get<std::string>();
    CAPTURE(text);
    const auto masks = small.run({text}, options)[0];
    REQUIRE(masks.size() == golden["masks"].size());
    for (std::size_t m = 0; m < masks.size(); ++m) {
      const auto& expected = golden["masks"][m];
      CHECK(text.substr(masks[m].span.start, masks[m].span.size()) == "[MASK]");
      REQUIRE(masks[m].candidates.size() == 4);
      for (std::size_t k = 0; k < 4; ++k) {
        const Candidate& candidate = masks[m].candidates[k];
        CHECK(candidate.ids == std::vector{expected[k][0].get<std::int32_t>()});
        CHECK(std::exp(candidate.logprob) == Approx(expected[k][1].get<double>()).epsilon(1e-4));
        CHECK(candidate.word == expected[k][2].get<std::string>());
        CHECK(candidate.rank == static_cast<std::int64_t>(k) + 1);
        std::string sequence = text;
        sequence.replace(masks[m].span.start, 6, candidate.word);
        CHECK(candidate.sequence == sequence);
      }
    }
  }
}

TEST_CASE("greedy and beam complete the whole sentence", "[task]") {
  Small small;
  const std::string text = "[MASK] [MASK] is up";
  for (const Masks how : {Masks::greedy, Masks::beam}) {
    FillMaskOptions options;
    options.masks = how;
    options.top = 3;
    const auto masks = small.run({text}, options)[0];
    REQUIRE(masks.size() == 2);
    CHECK(masks[0].candidates[0].sequence ==
          masks[0].candidates[0].word + " " + masks[1].candidates[0].word + " is up");
    CHECK(masks[1].candidates[0].sequence == masks[0].candidates[0].sequence);
    REQUIRE(masks[1].candidates.size() == 3);
    for (const Candidate& candidate : masks[1].candidates) {
      CHECK(candidate.sequence.find("[MASK]") == std::string::npos);
    }
  }
}

TEST_CASE("a target of several pieces is scored whole", "[task]") {
  Small small;
  const auto pieces = small.tokenizer.tokenize("brightly").ids;
  REQUIRE(pieces.size() == 3);
  FillMaskOptions options;
  options.targets = {"the", "brightly", " the ", "The"};
  const auto masks = small.run({"a [MASK] b"}, options)[0];
  REQUIRE(masks[0].candidates.size() == 3);  // `the` twice counts once, `The` is another word
  const auto find = [&](const std::string& word) {
    for (const Candidate& candidate : masks[0].candidates) {
      if (candidate.word == word) return candidate;
    }
    FAIL("no " + word);
    return Candidate{};
  };
  const Candidate whole = find("brightly");
  CHECK(whole.ids == pieces);
  CHECK(whole.tokens == std::vector<std::string>{"br", "##ight", "##ly"});
  CHECK(whole.whole);
  CHECK_FALSE(whole.rank.has_value());
  CHECK(whole.sequence == "a brightly b");
  const std::int32_t a = *small.tokenizer.id_of("a"), b = *small.tokenizer.id_of("b"),
                     mask = *small.tokenizer.mask_id();
  const double expected = logprob(small, {a, mask, mask, mask, b}, 1, pieces[0]) +
                          logprob(small, {a, pieces[0], mask, mask, b}, 2, pieces[1]) +
                          logprob(small, {a, pieces[0], pieces[1], mask, b}, 3, pieces[2]);
  CHECK(whole.logprob == Approx(expected).epsilon(1e-5));
  const Candidate the = find("the");
  const std::int32_t id = *small.tokenizer.id_of("the");
  CHECK(the.ids == std::vector{id});
  CHECK(the.logprob == Approx(logprob(small, {a, mask, b}, 1, id)).epsilon(1e-5));
  CHECK(the.rank.value_or(0) > 0);
  CHECK(find("The").logprob == the.logprob);
}

TEST_CASE("a target is tokenised where the mask stands", "[task]") {
  Small small;
  const FillMask fill_mask(small.model, small.tokenizer, with_targets({"ing"}));
  const auto ids = [&](const char* text) { return fill_mask.prepare(text).job.targets[0][0]; };
  CHECK(ids("sh[MASK] x") == std::vector{*small.tokenizer.id_of("##ing")});
  CHECK(ids("sh [MASK] x") == small.tokenizer.tokenize("ing").ids);
}

TEST_CASE("a target without pieces is refused, never replaced", "[task]") {
  Small small;
  const FillMask unknown(small.model, small.tokenizer, with_targets({"\U0001F600"}));
  CHECK_THROWS_AS(unknown.prepare("a [MASK]"), nlp::Error);
  CHECK_THROWS_AS(FillMask(small.model, small.tokenizer, with_targets({"a", " "})), nlp::Error);
}

TEST_CASE("a mask is appended where there is none, apart from the last word", "[task]") {
  Small small;
  FillMaskOptions options;
  options.append = true;
  const FillMask fill_mask(small.model, small.tokenizer, options);
  CHECK(fill_mask.prepare("today is").text == "today is [MASK]");
  CHECK(fill_mask.prepare("today is ").text == "today is [MASK]");
  CHECK(fill_mask.prepare("").text == "[MASK]");
  CHECK(fill_mask.prepare("a [MASK] day").text == "a [MASK] day");
  CHECK(fill_mask.prepare("today is").spans == std::vector<Span>{{9, 15}});
  const FillMask plain(small.model, small.tokenizer, {});
  CHECK(plain.prepare("today is").spans.empty());
}

TEST_CASE("candidates do not depend on neighbours or on the batch", "[task]") {
  Small small;
  const std::vector<std::string> texts{"a [MASK] b", "none", "[MASK] [MASK]", "",
                                       "the [MASK] is shining in [MASK]"};
  for (const Masks how : {Masks::independent, Masks::greedy, Masks::beam}) {
    FillMaskOptions options;
    options.masks = how;
    options.targets = how == Masks::beam ? std::vector<std::string>{"sun", "the", "brightly"}
                                         : std::vector<std::string>{};
    const auto together = small.run(texts, options);
    options.fit.batch_tokens = 1;
    for (std::size_t b = 0; b < texts.size(); ++b) {
      const auto alone = small.run({texts[b]}, options)[0];
      REQUIRE(alone.size() == together[b].size());
      for (std::size_t m = 0; m < alone.size(); ++m) {
        for (std::size_t k = 0; k < alone[m].candidates.size(); ++k) {
          CHECK(alone[m].candidates[k].logprob == together[b][m].candidates[k].logprob);
          CHECK(alone[m].candidates[k].sequence == together[b][m].candidates[k].sequence);
        }
      }
    }
  }
}

TEST_CASE("a long text is refused, cut, or read around each mask", "[task]") {
  Small small;
  std::string text = "[MASK]";
  for (int k = 0; k < 100; ++k) text += " the";
  text += " [MASK]";
  FillMaskOptions options;
  CHECK_THROWS_AS(small.run({text}, options), nlp::Error);
  options.fit.fit = Fit::truncate;
  CHECK(small.run({text}, options)[0].size() == 1);
  CHECK(FillMask(small.model, small.tokenizer, options).prepare(text).truncated);
  options.fit.fit = Fit::window;
  options.fit.window = 12;
  const auto masks = small.run({text}, options)[0];
  REQUIRE(masks.size() == 2);
  std::vector<std::int32_t> ids(10, *small.tokenizer.id_of("the"));
  ids.back() = *small.tokenizer.mask_id();
  const Candidate& best = masks[1].candidates[0];
  CHECK(best.logprob == Approx(logprob(small, ids, 9, best.ids[0])).epsilon(1e-5));
}

TEST_CASE("fill-mask refuses a checkpoint without masked-LM head", "[task]") {
  const Model model = Model::open(golden::model("bert-ner"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-ner"));
  try {
    FillMask(model, tokenizer, {});
    FAIL("no error");
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
  }
}
