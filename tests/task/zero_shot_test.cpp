// Labels without training against the model run on each text with each label by itself.
#include <cmath>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/temporary_directory.hpp"
#include "support/training.hpp"
#include "task/cloze.hpp"
#include "task/entailment.hpp"
#include "task/fill_mask.hpp"

using namespace nlp::task;
using nlp::model::Model;
using nlp::tokenizer::Tokenizer;

namespace {

// bert-sentiment as a model of natural language inference.
struct Inference {
  TemporaryDirectory directory;
  Model model = [this] {
    training::copy_with_config("bert-sentiment", directory.path(),
                               {{"NEGATIVE", "ENTAILMENT"}, {"POSITIVE", "contradiction"}});
    return Model::open(directory.path());
  }();
  Tokenizer tokenizer = Tokenizer::open(golden::model("bert-sentiment"));
  nlp::model::WorkspacePtr workspace = model.workspace();

  // Logits [C] of a pair of token lists.
  std::vector<float> logits(const nlp::tokenizer::Tokens& text, const std::string& hypothesis) {
    const auto pair = tokenizer.tokenize(hypothesis);
    const auto encoding = tokenizer.assemble(text, &pair);
    nlp::model::Batch batch;
    batch.add(encoding.ids, encoding.type_ids);
    nlp::model::Encoded encoded;
    model.encode(batch, {}, *workspace, encoded);
    nlp::tensor::Tensor logits;
    model.sequence_logits(encoded.last, batch.starts, *workspace, logits);
    return {logits.row(0).begin(), logits.row(0).end()};
  }
  std::vector<double> scores(const std::string& text, const EntailmentOptions& options) {
    const EntailmentClassifier classify(model, tokenizer, options);
    const Premise premise = classify.prepare(text);
    return classify({&premise, 1}, *workspace)[0];
  }
};

struct Masked {
  Model model = Model::open(golden::model("bert-mlm"));
  Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));
  nlp::model::WorkspacePtr workspace = model.workspace();

  std::vector<double> scores(const std::string& text, const ClozeOptions& options) {
    const ClozeClassifier classify(model, tokenizer, options);
    const ClozeText prepared = classify.prepare(text);
    return classify({&prepared, 1}, *workspace)[0];
  }
  // What fill-mask says of the labels in the place of the mask.
  std::vector<double> filled(const std::string& text, const std::vector<std::string>& labels) {
    FillMaskOptions options;
    options.targets = labels;
    const FillMask fill(model, tokenizer, options);
    const MaskedText prepared = fill.prepare(text);
    const std::vector<FilledMask> masks = fill({&prepared, 1}, *workspace)[0];
    std::vector<double> scores(labels.size());
    double sum = 0;
    for (const Candidate& candidate : masks.at(0).candidates)
      for (std::size_t c = 0; c < labels.size(); ++c)
        if (candidate.word == labels[c]) sum += scores[c] = std::exp(candidate.logprob);
    for (double& score : scores) score /= sum;
    return scores;
  }
};

void check_close(const std::vector<double>& left, const std::vector<double>& right) {
  REQUIRE(left.size() == right.size());
  for (std::size_t c = 0; c < left.size(); ++c) CHECK(left[c] == Approx(right[c]).epsilon(1e-4));
}

}  // namespace

TEST_CASE("labels share what a model finds entailed by a text", "[task]") {
  Inference small;
  const std::string text = "the sun is shining brightly";
  const std::vector<std::string> labels{"a fine day", "sports", "the sun"};
  std::vector<double> expected, alone;
  double sum = 0;
  for (const std::string& label : labels) {
    const auto logits =
        small.logits(small.tokenizer.tokenize(text), "This example is " + label + ".");
    sum += expected.emplace_back(std::exp(logits[0]));
    alone.push_back(1 / (1 + std::exp(double{logits[1]} - logits[0])));
  }
  for (double& score : expected) score /= sum;
  check_close(small.scores(text, {.labels = labels}), expected);
  check_close(small.scores(text, {.labels = labels, .multi_label = true}), alone);
  check_close(small.scores(text, {.labels = {labels[1]}}), {alone[1]});
}

TEST_CASE("a long premise is read in the same windows for all labels", "[task]") {
  Inference small;
  std::string text;
  for (int k = 0; k < 60; ++k) text += k % 7 ? " the sun" : " a day";
  EntailmentOptions options{.labels = {"day", "a fine and bright day in the sun"}};
  options.fit = {.fit = Fit::window, .window = 40, .overlap = 4};
  const EntailmentClassifier classify(small.model, small.tokenizer, options);
  const Premise premise = classify.prepare(text);
  REQUIRE(premise.pairs[0].pieces.size() > 2);
  REQUIRE(premise.pairs[0].pieces.size() == premise.pairs[1].pieces.size());
  const auto tokens = small.tokenizer.tokenize(text);
  std::vector<double> expected(2);
  for (std::size_t p = 0; p < premise.pairs[0].pieces.size(); ++p) {
    const Window& window = premise.pairs[1].pieces[p].window;
    CHECK(premise.pairs[0].pieces[p].window == window);
    const auto part =
        tokens.slice(static_cast<std::size_t>(window.first), static_cast<std::size_t>(window.last));
    double each[2];
    for (std::size_t c = 0; c < 2; ++c)
      each[c] = std::exp(small.logits(part, "This example is " + options.labels[c] + ".").front());
    const double share = static_cast<double>(window.own_last - window.own_first) /
                         static_cast<double>(tokens.size());
    for (std::size_t c = 0; c < 2; ++c) expected[c] += share * each[c] / (each[0] + each[1]);
  }
  check_close(classify({&premise, 1}, *small.workspace)[0], expected);
  options.fit.fit = Fit::error;
  CHECK_THROWS_AS(small.scores(text, options), nlp::Error);
  options.fit.fit = Fit::truncate;
  CHECK(EntailmentClassifier(small.model, small.tokenizer, options).prepare(text).truncated);
}

TEST_CASE("models and templates that entail nothing are refused", "[task]") {
  Inference small;
  const auto kind_of = [&](const Model& model, const EntailmentOptions& options) {
    try {
      EntailmentClassifier(model, small.tokenizer, options);
    } catch (const nlp::Error& error) {
      return error.kind();
    }
    return nlp::Kind::internal;
  };
  CHECK(kind_of(Model::open(golden::model("bert-sentiment")), {.labels = {"a"}}) ==
        nlp::Kind::model);
  CHECK(kind_of(Model::open(golden::model("bert-ner")), {.labels = {"a"}}) == nlp::Kind::model);
  CHECK(kind_of(small.model, {.labels = {"a"}, .hypothesis = "none"}) == nlp::Kind::usage);
  CHECK(kind_of(small.model, {.labels = {"a"}, .hypothesis = "{} {}"}) == nlp::Kind::usage);
}

TEST_CASE("a cloze scores labels as fill-mask does behind the text", "[task]") {
  Masked small;
  const std::vector<std::string> labels{"sun", "brightly", "day"};
  check_close(small.scores("a fine day.", {.labels = labels}),
              small.filled("a fine day. This is about [MASK].", labels));
  for (const char* statement : {"it was [MASK] then", "it was {} then"})
    check_close(small.scores("a fine day.", {.labels = labels, .statement = statement}),
                small.filled("a fine day. it was [MASK] then", labels));
  // A mask in the text is part of it.
  const auto masked = small.scores("a [MASK] day.", {.labels = labels});
  CHECK(masked[0] + masked[1] + masked[2] == Approx(1));
  check_close(small.scores("", {.labels = labels}), small.filled("This is about [MASK].", labels));
}

TEST_CASE("a long text is read in windows with the cloze behind each", "[task]") {
  Masked small;
  std::string text;
  for (int k = 0; k < 60; ++k) text += k % 7 ? " the war" : " a day";
  const auto tokens = small.tokenizer.tokenize(text);
  const std::vector<std::string> labels{"war", "day"};
  ClozeOptions options{.labels = labels};
  const auto behind =
      static_cast<std::int64_t>(small.tokenizer.tokenize("This is about [MASK].").size());
  options.fit = {.fit = Fit::window, .window = behind + 22, .overlap = 4};
  const ClozeClassifier classify(small.model, small.tokenizer, options);
  const ClozeText prepared = classify.prepare(text);
  CHECK(prepared.windows == overlapping_windows(static_cast<std::int64_t>(tokens.size()), 20, 4));
  std::vector<double> expected(2);
  for (const Window& window : prepared.windows) {
    const auto first = tokens.offsets[static_cast<std::size_t>(window.first)].start,
               last = tokens.offsets[static_cast<std::size_t>(window.last - 1)].end;
    const auto each =
        small.filled(text.substr(first, last - first) + " This is about [MASK].", labels);
    for (std::size_t c = 0; c < 2; ++c)
      expected[c] += each[c] * static_cast<double>(window.own_last - window.own_first) /
                     static_cast<double>(tokens.size());
  }
  check_close(classify({&prepared, 1}, *small.workspace)[0], expected);
  options.fit.fit = Fit::error;
  CHECK_THROWS_AS(small.scores(text, options), nlp::Error);
  options.fit.fit = Fit::truncate;
  CHECK(ClozeClassifier(small.model, small.tokenizer, options).prepare(text).truncated);
}

TEST_CASE("clozes that cannot be are refused", "[task]") {
  Masked small;
  for (const char* statement : {"no place", "[MASK] and [MASK]", "[MASK] {}"})
    CHECK_THROWS_AS(small.scores("a", {.labels = {"day"}, .statement = statement}), nlp::Error);
  CHECK_THROWS_AS(small.scores("a", {.labels = {"\U0001F600"}}), nlp::Error);
  ClozeOptions narrow{.labels = {"day"}};
  narrow.fit = {.fit = Fit::window, .window = 7};
  CHECK_THROWS_AS(small.scores("a", narrow), nlp::Error);
}

TEST_CASE("labels without training do not depend on neighbours or on the batch", "[task]") {
  Masked masked;
  Inference inference;
  const std::vector<std::string> texts{"a fine day", "", "the sun is shining brightly here"};
  const auto check = [&](const auto& together, const auto& apart, auto& workspace) {
    std::vector<decltype(together.prepare(""))> all;
    for (const auto& text : texts) all.push_back(together.prepare(text));
    const auto scores = together(all, workspace);
    for (std::size_t b = 0; b < texts.size(); ++b)
      CHECK(apart({&all[b], 1}, workspace)[0] == scores[b]);
  };
  const FitOptions one{.fit = Fit::window, .batch_tokens = 1};
  const std::vector<std::string> labels{"day", "brightly", "sun"};
  const ClozeOptions cloze{.labels = labels}, cloze_one{.labels = labels, .fit = one};
  check(ClozeClassifier(masked.model, masked.tokenizer, cloze),
        ClozeClassifier(masked.model, masked.tokenizer, cloze_one), *masked.workspace);
  const EntailmentOptions entail{.labels = labels}, entail_one{.labels = labels, .fit = one};
  check(EntailmentClassifier(inference.model, inference.tokenizer, entail),
        EntailmentClassifier(inference.model, inference.tokenizer, entail_one),
        *inference.workspace);
}
