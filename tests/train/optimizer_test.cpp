// Steps of the optimizer, and what stands around them.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "model/model.hpp"
#include "reference/training.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/training.hpp"
#include "train/rate_schedule.hpp"

using namespace nlp::train;
using training::Learner;

namespace {

std::vector<Example> bert_examples() { return training::examples_of(golden::Arrays("bert-mlm")); }

Update update_of(float rate, float decay, float clip) {
  Update update;
  update.adamw.learning_rate = rate;
  update.adamw.decay = decay;
  update.clip = clip;
  return update;
}

std::vector<float> values_of(Learner& learner, const Parameter& parameter) {
  const auto values = learner.model.parameters().values(parameter);
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("a small step on two sentences lowers their loss", "[train]") {
  for (const std::string name : {"bert-mlm", "modernbert-mlm", "albert-mlm"}) {
    INFO(name);
    auto examples = training::examples_of(golden::Arrays(name, "gradients.safetensors"));
    examples.resize(2);
    Learner learner(training::plan_of(name));
    const double before = learner.loss(examples);
    const StepResult step = learner.step(examples, update_of(1e-5f, 0, 0), 1);
    CHECK(step.loss == Approx(before));
    CHECK(learner.loss(examples) < before - 1e-4);
  }
}

TEST_CASE("three steps of AdamW with decay and clipping are PyTorch's", "[train]") {
  const golden::Arrays expected("bert-mlm", "adamw.safetensors");
  const auto examples = bert_examples();
  Learner learner(training::plan_of("bert-mlm"));
  for (std::int64_t step = 1; step <= 3; ++step) {
    const StepResult result = learner.step(examples, update_of(1e-3f, 0.01f, 1), step);
    CHECK(result.loss == Approx(double{expected.number("loss", step - 1)}).epsilon(1e-4));
    CHECK(result.diff_norm == Approx(double{expected.number("norm", step - 1)}).epsilon(1e-3));
  }
  for (const char* const name :
       {"bert.embeddings.word_embeddings.weight", "bert.embeddings.LayerNorm.weight",
        "bert.encoder.layer.0.attention.self.query.weight",
        "bert.encoder.layer.0.attention.self.query.bias",
        "bert.encoder.layer.1.output.dense.weight", "cls.predictions.bias",
        "cls.predictions.transform.dense.weight"}) {
    INFO(name);
    const auto found = values_of(learner, learner.parameter(name));
    const std::int64_t count = expected.view(name).shape[0];
    const auto size = static_cast<std::int64_t>(found.size());
    const std::int64_t step = size <= 64 ? 1 : ((size + 63) / 64) | 1;
    REQUIRE(count == (size + step - 1) / step);
    // Adam makes whole steps of the least gradients: where one is hardly more than rounding, so is
    // its step.  There may be one such number in a hundred.
    std::int64_t elsewhere = 0;
    double difference = 0, norm = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      const double value = expected.number(name, k),
                   apart = double{found[static_cast<std::size_t>(k * step)]} - value;
      if (std::abs(apart) > 1e-4) {
        ++elsewhere;
        CHECK(std::abs(apart) < 6.1e-3);
        continue;
      }
      difference += apart * apart;
      norm += value * value;
    }
    CHECK(std::sqrt(difference) < 1e-4 * std::sqrt(norm));
    CHECK(elsewhere <= 1);
  }
}

TEST_CASE("gradients of several batches are those of one that holds them all", "[train]") {
  const auto examples = bert_examples();
  Learner learner(training::plan_of("bert-mlm"));
  const StepResult whole = learner.gradients(examples);
  const auto expected = learner.all_diffs();
  const std::vector<std::vector<Example>> parts = {{examples[0]},
                                                   {examples.begin() + 1, examples.end()}};
  const StepResult sum = learner.trainer.gradients(parts, *learner.objective, 1);
  CHECK(sum.loss == Approx(whole.loss));
  CHECK(sum.weight == whole.weight);
  CHECK(sum.tokens == whole.tokens);
  const auto found = learner.all_diffs();
  double difference = 0;
  for (std::size_t k = 0; k < found.size(); ++k)
    difference += std::pow(double{found[k]} - double{expected[k]}, 2);
  CHECK(std::sqrt(difference) < 1e-5 * training::length(expected));
}

TEST_CASE("layers that are frozen keep their bytes, the others move", "[train]") {
  for (const std::string name : {"bert-mlm", "modernbert-mlm"})
    for (const std::int64_t layers : {0, 1, 2}) {
      INFO(name << ", " << layers);
      auto examples = training::examples_of(golden::Arrays(name, "gradients.safetensors"));
      Learner learner(training::plan_of(name));
      if (layers > 0) learner.model.freeze(layers);
      std::vector<std::vector<float>> before;
      for (const Parameter& one : learner.model.parameters().all())
        before.push_back(values_of(learner, one));
      learner.step(examples, update_of(1e-3f, 0.01f, 1), 1);
      std::size_t k = 0;
      for (const Parameter& one : learner.model.parameters().all()) {
        INFO(one.name);
        const bool is_embedding = one.name.find("embeddings") != std::string::npos,
                   is_first = one.name.find("layer.0.") != std::string::npos ||
                              one.name.find("layers.0.") != std::string::npos;
        const bool frozen =
            one.encoder && ((layers >= 1 && is_embedding) || (layers >= 2 && is_first));
        CHECK((values_of(learner, one) == before[k++]) == frozen);
      }
    }
}

TEST_CASE("frozen layers do not change the gradients of the others", "[train]") {
  const auto examples = bert_examples();
  Learner all(training::plan_of("bert-mlm")), some(training::plan_of("bert-mlm"));
  some.model.freeze(2);
  all.gradients(examples);
  some.gradients(examples);
  std::size_t learn = 0;
  for (const Parameter& one : some.model.parameters().all()) {
    // The words' table stands still, but for its use as the decoder.
    if (!one.trained) continue;
    ++learn;
    const auto left = all.model.parameters().diffs(one), right = some.model.parameters().diffs(one);
    INFO(one.name);
    CHECK(std::memcmp(left.data(), right.data(), left.size_bytes()) == 0);
  }
  CHECK(learn > 15);
}

TEST_CASE("a smoothed loss is the mean of the naive one over the model's logits", "[train]") {
  using namespace nlp::model;
  const golden::Arrays arrays("bert-mlm");
  const auto examples = bert_examples();
  const Model model = Model::open(golden::model("bert-mlm"));
  const auto workspace = model.workspace();
  Encoded encoded;
  const Batch batch = arrays.batch();
  model.encode(batch, {}, *workspace, encoded);
  std::vector<std::int64_t> rows;
  std::vector<std::size_t> labels;
  std::int64_t row = 0;
  for (const Example& example : examples)
    for (const std::int32_t label : example.labels) {
      if (label >= 0) {
        rows.push_back(row);
        labels.push_back(static_cast<std::size_t>(label));
      }
      ++row;
    }
  nlp::tensor::Tensor logits;
  model.masked_lm(encoded.last, rows, *workspace, logits);
  for (const float smoothing : {0.0f, 0.1f, 0.5f}) {
    double expected = 0;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const auto own = logits.row(static_cast<std::int64_t>(k));
      expected +=
          reference::cross_entropy({own.begin(), own.end()}, labels[k], double{smoothing}, {}).loss;
    }
    Learner learner(training::plan_of("bert-mlm"), {}, smoothing);
    CHECK(learner.loss(examples) ==
          Approx(expected / static_cast<double>(rows.size())).epsilon(1e-5));
  }
}

TEST_CASE("the rate grows in the warm-up, then falls as its schedule says", "[train]") {
  using Kind = RateSchedule::Kind;
  const RateSchedule linear{Kind::linear, 10, 0};
  CHECK(linear.factor(1, 0) == Approx(0.1));
  CHECK(linear.factor(5, 0.3) == Approx(0.5));
  CHECK(linear.factor(10, 0.9) == Approx(1));
  CHECK(linear.factor(11, 0.25) == Approx(0.75));
  CHECK(linear.factor(11, 1) == Approx(0).margin(1e-7));
  CHECK(linear.factor(11, 1.5) == Approx(0).margin(1e-7));
  const RateSchedule cosine{Kind::cosine, 0, 0};
  CHECK(cosine.factor(1, 0) == Approx(1));
  CHECK(cosine.factor(5, 0.5) == Approx(0.5));
  CHECK(cosine.factor(5, 0.25) == Approx(0.5 + 0.5 * std::sqrt(0.5)));
  CHECK(cosine.factor(5, 1) == Approx(0).margin(1e-7));
  CHECK(RateSchedule{Kind::constant, 2, 0}.factor(1, 0) == Approx(0.5));
  CHECK(RateSchedule{Kind::constant, 2, 0}.factor(50, 0.99) == Approx(1));
  for (const Kind kind : {Kind::linear, Kind::cosine}) {
    CHECK(RateSchedule{kind, 0, 0.2f}.factor(9, 1) == Approx(0.2));
    CHECK(RateSchedule{kind, 0, 0.2f}.factor(9, 0.5) == Approx(0.6));
  }
}
