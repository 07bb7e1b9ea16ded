// Scores of pairs against what the reference computes.
#include "task/rerank.hpp"

#include <cmath>
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

double identity(double x) { return x; }

void check_refused(const ModuleDirectory& directory, const std::string& part) {
  try {
    read_score_activation(directory.path());
    FAIL_CHECK("was taken: " << part);
  } catch (const nlp::Error& error) {
    INFO(error.what());
    CHECK(error.kind() == nlp::Kind::model);
    CHECK(std::string(error.what()).find(part) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("scores of pairs are the reference's, alone and together", "[task]") {
  const auto directory = golden::model("bert-regression");
  const Model model = Model::open(directory);
  const Tokenizer tokenizer = Tokenizer::open(directory);
  const auto workspace = model.workspace();
  const Reranker raw(model, tokenizer, identity, {});
  const Reranker rerank(model, tokenizer, read_score_activation(directory), {});
  const Json golden = nlp::read_json(paths::data("task/rerank.json"));
  std::vector<SplitInput> pairs;
  for (const Json& pair : golden)
    pairs.push_back(raw.prepare(pair["query"].get<std::string>(), pair["text"].get<std::string>()));
  const auto logits = raw(pairs, *workspace), scores = rerank(pairs, *workspace);
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    CHECK(std::abs(logits[k] - golden[k]["logit"].get<double>()) < 2e-5);
    CHECK(scores[k] == Approx(1 / (1 + std::exp(-logits[k]))));
    CHECK(raw({&pairs[k], 1}, *workspace)[0] == logits[k]);
  }
}

TEST_CASE("a long text has the score of its best window, the query in each", "[task]") {
  const Model model = Model::open(golden::model("bert-regression"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-regression"));
  const auto workspace = model.workspace();
  std::string text;
  for (int k = 0; k < 40; ++k) text += k % 7 ? " the cat sat" : " it stands in ulm";
  const Reranker strict(model, tokenizer, identity, {});
  CHECK_THROWS_AS(strict.prepare("where", text), nlp::Error);
  const Reranker rerank(model, tokenizer, identity, {.fit = Fit::window});
  const SplitInput input = rerank.prepare("where", text);
  REQUIRE(input.pieces.size() > 1);
  double best = -1e30;
  for (const InputPiece& piece : input.pieces) {
    SplitInput one;
    one.pieces = {piece};
    best = std::max(best, rerank({&one, 1}, *workspace)[0]);
    CHECK(piece.ids[1] == input.pieces[0].ids[1]);
  }
  CHECK(rerank({&input, 1}, *workspace)[0] == best);
}

TEST_CASE("the files of a cross-encoder say how its number becomes the score", "[task]") {
  ModuleDirectory directory;
  const auto at_two = [&] { return read_score_activation(directory.path())(2); };
  directory.put("config.json", "{}");
  CHECK(at_two() == Approx(1 / (1 + std::exp(-2.0))));
  directory.put("config.json",
                R"({"sbert_ce_default_activation_function":"torch.nn.modules.linear.Identity"})");
  CHECK(at_two() == 2);
  directory.put("config.json",
                R"({"sentence_transformers":{"activation_fn":"torch.nn.modules.activation.Tanh"},
                    "sbert_ce_default_activation_function":"torch.nn.modules.linear.Identity"})");
  CHECK(at_two() == Approx(std::tanh(2.0)));
  directory.put("modules.json", R"([{"path":"","type":"sentence_transformers.base.Transformer"}])")
      .put("config_sentence_transformers.json",
           R"({"activation_fn":"torch.nn.modules.activation.ReLU","default_prompt_name":null})");
  CHECK(read_score_activation(directory.path())(-2) == 0);
}

TEST_CASE("what is not known of a cross-encoder is refused by name", "[task]") {
  ModuleDirectory directory;
  directory.put("config.json", R"({"sbert_ce_default_activation_function":"my.Function"})");
  check_refused(directory, "my.Function");
  directory.put("config.json", R"({"sbert_ce_default_activation_function":7})");
  check_refused(directory, "not a string");
  directory.put("config.json", "{}")
      .put("modules.json",
           R"([{"path":"","type":"x.Transformer"},{"path":"1","type":"x.LogitScore"}])");
  check_refused(directory, "LogitScore");
  directory.put("modules.json", "[]")
      .put("config_sentence_transformers.json",
           R"({"prompts":{"query":"find: "},"default_prompt_name":"query"})");
  check_refused(directory, "default_prompt_name");
}

TEST_CASE("a model with several labels does not rank", "[task]") {
  const Model model = Model::open(golden::model("bert-sentiment"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-sentiment"));
  try {
    Reranker(model, tokenizer, identity, {});
    FAIL_CHECK("was taken");
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    CHECK(std::string(error.what()).find("NEGATIVE, POSITIVE") != std::string::npos);
  }
}
