// Vectors against what the reference computes with the same modules and weights.
#include "task/embed.hpp"

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

// The weights that the reference was given: ((7 i + 3 j + salt) mod 11 - 5) / 10.
std::vector<float> weights(int rows, int columns, int salt) {
  std::vector<float> values;
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j)
      values.push_back(static_cast<float>((i * 7 + j * 3 + salt) % 11 - 5) / 10);
  return values;
}

std::string module(const std::string& path, const std::string& type) {
  return R"({"path":")" + path + R"(","type":"sentence_transformers.models.)" + type + R"("})";
}

// Every way of pooling (6 * 32 numbers), then three Dense modules and a Normalize.
void fill(ModuleDirectory& directory) {
  directory
      .put("modules.json", "[" + module("", "Transformer") + "," + module("1", "Pooling") + "," +
                               module("2", "Dense") + "," + module("3", "Dense") + "," +
                               module("4", "Dense") + "," + module("5", "Normalize") + "]")
      .put(
          "1/config.json",
          R"({"pooling_mode_cls_token":true,"pooling_mode_max_tokens":true,"pooling_mode_mean_tokens":true,
               "pooling_mode_mean_sqrt_len_tokens":true,"pooling_mode_weightedmean_tokens":true,
               "pooling_mode_lasttoken":true,"include_prompt":false})")
      .put("2/config.json", R"({"in_features":192,"out_features":8})")
      .put_weights("2", {{"linear.weight", {8, 192}, weights(8, 192, 0)},
                         {"linear.bias", {8}, weights(1, 8, 4)}})
      .put("3/config.json",
           R"({"in_features":8,"out_features":8,"bias":false,"use_residual":true,
               "activation_function":"torch.nn.modules.activation.GELU"})")
      .put_weights("3", {{"linear.weight", {8, 8}, weights(8, 8, 1)}})
      .put("4/config.json",
           R"({"in_features":8,"out_features":5,"bias":true,"use_residual":true,
               "activation_function":"torch.nn.modules.activation.Sigmoid"})")
      .put_weights("4", {{"linear.weight", {5, 8}, weights(5, 8, 2)},
                         {"linear.bias", {5}, weights(1, 5, 3)},
                         {"residual.weight", {5, 8}, weights(5, 8, 5)}});
}

double distance(const std::vector<float>& left, const Json& right) {
  REQUIRE(left.size() == right.size());
  double most = 0;
  for (std::size_t k = 0; k < left.size(); ++k)
    most = std::max(most, std::abs(double{left[k]} - right[k].get<double>()));
  return most;
}

}  // namespace

TEST_CASE("pooling, layers and length are the reference's, with a prompt and without", "[task]") {
  ModuleDirectory directory;
  fill(directory);
  const Model model = Model::open(golden::model("bert-mlm"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));
  const auto workspace = model.workspace();
  const SentenceModules modules = read_sentence_modules(directory.path());
  SentenceModules bare = modules;
  bare.steps.clear();
  for (const Json& expected : nlp::read_json(paths::data("task/embed.json"))) {
    EmbedOptions options;
    options.text.prompt = expected["prompt"].get<std::string>();
    INFO(expected["prompt"] << expected["text"]);
    const auto vector = [&](const SentenceModules& which) {
      const Embedder embed(model, tokenizer, which, options);
      const SplitInput input = embed.prepare(expected["text"].get<std::string>());
      return embed({&input, 1}, *workspace)[0];
    };
    CHECK(distance(vector(bare), expected["pooled"]) < 2e-5);
    CHECK(distance(vector(modules), expected["vector"]) < 2e-5);
  }
}

TEST_CASE("a Dense module that does not fit the pooling is refused", "[task]") {
  ModuleDirectory directory;
  fill(directory);
  const Model model = Model::open(golden::model("bert-mlm"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));
  EmbedOptions options;
  options.pooling = {Pooling::mean};
  CHECK_THROWS_AS(Embedder(model, tokenizer, read_sentence_modules(directory.path()), options),
                  nlp::Error);
}

TEST_CASE("modules of sparse vectors make no dense ones unless told how", "[task]") {
  const Model model = Model::open(golden::model("bert-mlm"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));
  SentenceModules modules;
  modules.splade = Splade();
  CHECK_THROWS_AS(Embedder(model, tokenizer, modules, {}), nlp::Error);
  EmbedOptions options;
  options.pooling = {Pooling::mean};
  CHECK(Embedder(model, tokenizer, modules, options).size() == 32);
}
