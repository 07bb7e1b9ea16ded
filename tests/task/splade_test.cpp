// Words with weights against what the reference computes from the same logits.
#include "task/splade.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/golden.hpp"
#include "support/module_directory.hpp"

using namespace nlp::task;
using nlp::Json;
using nlp::model::Model;
using nlp::tokenizer::Tokenizer;

namespace {

const char* const kModules =
    R"([{"path":"","type":"sentence_transformers.sparse_encoder.models.MLMTransformer"},
        {"path":"1","type":"sentence_transformers.sparse_encoder.models.SpladePooling"}])";

struct Opened {
  Model model = Model::open(golden::model("bert-mlm"));
  Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));
  nlp::model::WorkspacePtr workspace = model.workspace();

  std::vector<std::vector<Term>> terms(const SentenceModules& modules,
                                       const std::vector<std::string>& texts,
                                       const FitOptions& fit = {.fit = Fit::window}) const {
    TextOptions options;
    options.fit = fit;
    const SparseEmbedder embed(model, tokenizer, modules, options);
    std::vector<SplitInput> inputs;
    for (const auto& text : texts) inputs.push_back(embed.prepare(text));
    return embed(inputs, *workspace);
  }
};

bool same(const std::vector<Term>& left, const std::vector<Term>& right) {
  return std::equal(
      left.begin(), left.end(), right.begin(), right.end(),
      [](const Term& a, const Term& b) { return a.id == b.id && a.weight == b.weight; });
}

}  // namespace

TEST_CASE("terms are the reference's, for each strategy and activation", "[task]") {
  const Opened opened;
  for (const Json& expected : nlp::read_json(paths::data("task/splade.json"))) {
    ModuleDirectory directory;
    directory.put("modules.json", kModules).put("1/config.json", expected.dump());
    const SentenceModules modules = read_sentence_modules(directory.path());
    REQUIRE(modules.splade);
    const auto terms = opened.terms(modules, {expected["text"].get<std::string>()})[0];
    INFO(expected["text"] << expected["pooling_strategy"] << expected["activation_function"]);
    REQUIRE(terms.size() == expected["count"].get<std::size_t>());
    double sum = 0;
    for (std::size_t k = 0; k < terms.size(); ++k) {
      CHECK(terms[k].weight > 0);
      if (k > 0) {
        const Term &before = terms[k - 1], &term = terms[k];
        CHECK(
            (term.weight < before.weight || (term.weight == before.weight && term.id > before.id)));
      }
      sum += terms[k].weight;
    }
    CHECK(sum == Approx(expected["sum"].get<double>()).epsilon(1e-5));
    for (std::size_t k = 0; k < expected["ids"].size(); ++k) {
      CHECK(terms[k].id == expected["ids"][k]);
      CHECK(terms[k].weight == Approx(expected["weights"][k].get<double>()).epsilon(1e-4));
      CHECK(opened.tokenizer.token_of(terms[k].id) == expected["tokens"][k].get<std::string>());
    }
  }
}

TEST_CASE("a text's terms do not depend on the others, nor on the batch", "[task]") {
  const Opened opened;
  const SentenceModules modules;
  std::vector<std::string> texts;
  std::string text = "The cat sat.";
  for (int k = 0; k < 6; ++k, text += " " + text)
    texts.push_back(text);  // some are read in windows
  texts.push_back("");
  const auto together = opened.terms(modules, texts);
  const auto small = opened.terms(modules, texts, {.fit = Fit::window, .batch_tokens = 1});
  for (std::size_t k = 0; k < texts.size(); ++k) {
    CHECK(same(together[k], small[k]));
    CHECK(same(together[k], opened.terms(modules, {texts[k]})[0]));
  }
}

TEST_CASE("a text in windows has each word's weight of the best window", "[task]") {
  const Opened opened;
  TextOptions options;
  options.fit = {.fit = Fit::window, .window = 10, .overlap = 4};
  const SparseEmbedder embed(opened.model, opened.tokenizer, SentenceModules(), options);
  const SplitInput input =
      embed.prepare("the sun is bright and the sea is wide and the cat sat on the mat");
  REQUIRE(input.pieces.size() > 2);
  std::map<std::int32_t, float> most;
  std::int64_t rows = 0;
  for (const InputPiece& piece : input.pieces) {  // one by one, the rows that each one owns
    nlp::model::Batch batch;
    batch.add(piece.ids, piece.type_ids);
    nlp::model::Encoded encoded;
    opened.model.encode(batch, {}, *opened.workspace, encoded);
    for (const RowRun& run : piece.runs)
      for (std::int64_t row = run.src; row < run.src + run.count; ++row, ++rows) {
        nlp::tensor::Tensor logits;
        opened.model.masked_lm(encoded.last, {&row, 1}, *opened.workspace, logits);
        for (std::int32_t id = 0; id < static_cast<std::int32_t>(logits.size()); ++id)
          if (const float logit = logits.data()[id]; logit > 0)
            most[id] = std::max(most[id], static_cast<float>(std::log1p(double{logit})));
      }
  }
  CHECK(rows == input.rows);
  const auto whole = embed({&input, 1}, *opened.workspace)[0];
  REQUIRE(whole.size() == most.size());
  for (const Term& term : whole) CHECK(term.weight == most.at(term.id));
}

TEST_CASE("what cannot make terms is refused", "[task]") {
  const Model model = Model::open(golden::model("bert-sentiment"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-sentiment"));
  CHECK_THROWS_AS(SparseEmbedder(model, tokenizer, SentenceModules(), TextOptions()), nlp::Error);
  for (const char* config :
       {R"({"pooling_strategy":"mean"})", R"({"activation_function":"gelu"})"}) {
    ModuleDirectory directory;
    directory.put("modules.json", kModules).put("1/config.json", config);
    CHECK_THROWS_AS(read_sentence_modules(directory.path()), nlp::Error);
  }
}
