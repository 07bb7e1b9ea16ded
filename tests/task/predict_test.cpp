#include "task/predict.hpp"

#include <cmath>
#include <vector>

#include "base/error.hpp"
#include "support/golden.hpp"

using namespace nlp::task;
using nlp::model::Head;
using nlp::model::Model;

TEST_CASE("a checkpoint predicts what it was made for", "[task]") {
  const auto heads = [](const char* name) { return heads_of(Model::open(golden::model(name))); };
  CHECK(heads("bert-mlm") == std::vector{Head::masked_lm});
  CHECK(heads("bert-ner") == std::vector{Head::token_classification});
  CHECK(heads("bert-sentiment") == std::vector{Head::sequence_classification});
  CHECK(heads("bert-qa") == std::vector{Head::question_answering});
  CHECK(heads("bert-pretraining") == std::vector{Head::masked_lm, Head::next_sentence});
}

TEST_CASE("cross entropy is the mean over the labels that count", "[task]") {
  nlp::tensor::Tensor logits({3, 2});
  const std::vector<float> values = {1, 1, 0, std::log(3.0f), 5, -5};
  std::copy(values.begin(), values.end(), logits.data());
  const auto loss = [&](std::vector<std::int32_t> labels) {
    return mean_cross_entropy(logits, labels);
  };
  CHECK(*loss({0, -100, -100}) == Approx(std::log(2)));
  CHECK(*loss({-100, 0, -100}) == Approx(std::log(4)));
  CHECK(*loss({1, 1, -1}) == Approx((std::log(2) + std::log(4.0 / 3)) / 2));
  CHECK_FALSE(loss({-100, -100, -100}));
  CHECK_THROWS_AS(loss({2, 0, 0}), nlp::Error);
}
