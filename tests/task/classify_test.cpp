#include "task/classify.hpp"

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/golden.hpp"

using namespace nlp::task;
using nlp::model::Config;
using nlp::model::Model;
using nlp::model::Problem;
using nlp::tokenizer::Tokenizer;

namespace {
Config config_of(Problem problem, std::size_t labels) {
  Config config;
  config.problem = problem;
  config.labels.resize(labels);
  return config;
}

std::vector<double> scores_of(ScoreFunction function, const std::vector<float>& logits) {
  std::vector<double> scores(logits.size());
  apply(function, logits, scores);
  return scores;
}
}  // namespace

TEST_CASE("the problem says how logits become scores", "[task]") {
  CHECK(score_function(config_of(Problem::single_label, 3)) == ScoreFunction::softmax);
  CHECK(score_function(config_of(Problem::multi_label, 3)) == ScoreFunction::sigmoid);
  CHECK(score_function(config_of(Problem::single_label, 1)) == ScoreFunction::sigmoid);
  CHECK(score_function(config_of(Problem::regression, 1)) == ScoreFunction::none);
}

TEST_CASE("softmax, sigmoid and none are what their names say, for large logits too", "[task]") {
  const auto soft = scores_of(ScoreFunction::softmax, {1000, 1001, -1000});
  CHECK(soft[0] == Approx(1 / (1 + std::exp(1))));
  CHECK(soft[1] == Approx(1 / (1 + std::exp(-1))));
  CHECK(soft[2] == 0);
  const auto each = scores_of(ScoreFunction::sigmoid, {0, 2, -1000, 1000});
  CHECK(each[0] == 0.5);
  CHECK(each[1] == Approx(1 / (1 + std::exp(-2))));
  CHECK(each[2] == 0);
  CHECK(each[3] == 1);
  CHECK(scores_of(ScoreFunction::none, {3.5f, -2}) == std::vector<double>{3.5, -2});
}

TEST_CASE("labels come best first, the first of equals first", "[task]") {
  CHECK(best_first(std::vector<double>{0.2, 0.5, 0.2, 0.1}) ==
        std::vector<std::size_t>{1, 0, 2, 3});
  CHECK(best_first({}).empty());
}

TEST_CASE("a text's scores do not depend on the others, nor on where they are computed", "[task]") {
  const Model model = Model::open(golden::model("bert-sentiment"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-sentiment"));
  const Classifier classifier(model, tokenizer);
  const auto workspace = model.workspace();
  std::string text = "The cat sat.";
  std::vector<SplitInput> inputs;
  for (int k = 0; k < 7; ++k, text += " " + text)  // the last ones are longer than the model takes
    inputs.push_back(classifier.prepare(text));
  inputs.push_back(classifier.prepare("The cat sat.", "On the mat."));
  CHECK(inputs[6].pieces.size() > 1);
  const auto together = classifier(inputs, *workspace);
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const auto alone = classifier({&inputs[k], 1}, *workspace)[0];
    CHECK(std::memcmp(alone.data(), together[k].data(), alone.size() * sizeof(double)) == 0);
    CHECK(alone[0] + alone[1] == Approx(1));
  }
  CHECK(together[0] != together.back());
}

TEST_CASE("a checkpoint without a classification head is refused", "[task]") {
  const Model model = Model::open(golden::model("bert-mlm"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));
  CHECK_THROWS_AS(Classifier(model, tokenizer), nlp::Error);
}
