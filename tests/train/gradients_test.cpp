// Losses and gradients against those that the reference's backward pass gave.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.hpp"
#include "checkpoint/safetensors_writer.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/training.hpp"

using namespace nlp::train;
using nlp::dnn::ComputeType;
using training::Learner;

namespace {

constexpr const char* kCheckpoints[] = {
    "albert-mlm",        "bert-mlm",
    "bert-ner",          "bert-sentiment",
    "distilbert-mlm",    "distilbert-sentiment",
    "modernbert-mlm",    "modernbert-sentiment",
    "electra-generator", "roberta-mlm",
    "roberta-ner",
};

golden::Arrays arrays_of(const std::string& name) {
  return golden::Arrays(name, "gradients.safetensors");
}

// grad.NAME of gradients.safetensors: the norm of the whole gradient, then at most 64 or so of its
// values: all of them, or every one of an odd step.
void check_gradient(const golden::Arrays& arrays, const std::string& name,
                    std::span<const float> found) {
  INFO(name);
  REQUIRE(arrays.has("grad." + name));
  const double norm = arrays.number("grad." + name, 0);
  CHECK(training::length(found) == Approx(norm).epsilon(1e-3).margin(1e-6));
  const auto size = static_cast<std::int64_t>(found.size());
  const std::int64_t step = size <= 64 ? 1 : ((size + 63) / 64) | 1,
                     count = (size + step - 1) / step;
  REQUIRE(arrays.view("grad." + name).shape == nlp::tensor::Shape{count + 1});
  double difference = 0, own = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    const double expected = arrays.number("grad." + name, k + 1);
    difference += std::pow(double{found[static_cast<std::size_t>(k * step)]} - expected, 2);
    own += expected * expected;
  }
  CHECK(std::sqrt(difference) <= 1e-3 * std::sqrt(own) + 1e-6);
}

bool same_bytes(const std::vector<float>& left, const std::vector<float>& right) {
  return left.size() == right.size() &&
         std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) == 0;
}

double far_apart(const std::vector<float>& left, const std::vector<float>& right) {
  std::vector<float> difference;
  for (std::size_t k = 0; k < left.size(); ++k) difference.push_back(left[k] - right[k]);
  return training::length(difference) / training::length(left);
}

}  // namespace

TEST_CASE("losses and gradients are the reference's, however a batch is cut", "[train]") {
  for (const std::string name : kCheckpoints) {
    const golden::Arrays arrays = arrays_of(name);
    const auto examples = training::examples_of(arrays);
    for (const std::int64_t shard_tokens : {1, 40, 4096}) {
      INFO(name << ", shards of " << shard_tokens);
      TrainerOptions options;
      options.shard_tokens = shard_tokens;
      Learner learner(training::plan_of(name), options);
      CHECK(learner.model.begun().empty());
      const StepResult result = learner.gradients(examples);
      CHECK(result.loss == Approx(double{arrays.number("loss", 0)}).epsilon(1e-4));
      for (const Parameter& parameter : learner.model.parameters().all())
        check_gradient(arrays, learner.model.tensor_name(parameter),
                       learner.model.parameters().diffs(parameter));
    }
  }
}

TEST_CASE("gradients are the same bytes for every number of threads, with dropout too", "[train]") {
  for (const std::string name : kCheckpoints)
    for (const std::int64_t shard_tokens : {1, 40}) {
      INFO(name << ", shards of " << shard_tokens);
      const auto examples = training::examples_of(arrays_of(name));
      std::vector<float> expected;
      double loss = 0;
      for (const int threads : {1, 2, 3}) {
        Learner learner(
            training::plan_of(name),
            {.threads = threads, .dropout = {0.1f, 0.1f}, .seed = 5, .shard_tokens = shard_tokens});
        const StepResult result = learner.gradients(examples, 3);
        if (threads == 1) {
          expected = learner.all_diffs();
          loss = result.loss;
          // Dropout of another step is another one.
          learner.gradients(examples, 4);
          CHECK(!same_bytes(learner.all_diffs(), expected));
        }
        CHECK(result.loss == loss);
        const bool same = same_bytes(learner.all_diffs(), expected) || threads == 1;
        CHECK(same);
      }
    }
}

TEST_CASE("a trainer that is used again gives the same bytes", "[train]") {
  const auto examples = training::examples_of(arrays_of("bert-mlm"));
  TrainerOptions options;
  options.threads = 2;
  options.shard_tokens = 40;
  Learner learner(training::plan_of("bert-mlm"), options);
  learner.gradients(examples);
  const auto first = learner.all_diffs();
  learner.gradients({examples.front()});
  learner.loss(examples);
  learner.gradients(examples);
  CHECK(same_bytes(learner.all_diffs(), first));
}

TEST_CASE("gradients by bfloat16 products point where those of float32 do", "[train]") {
  if (nlp::dnn::Device(ComputeType::bf16).used() != ComputeType::bf16) return;
  for (const std::string name : kCheckpoints) {
    INFO(name);
    const golden::Arrays arrays = arrays_of(name);
    const auto examples = training::examples_of(arrays);
    ModelPlan plan = training::plan_of(name);
    Learner exact(plan);
    plan.type = ComputeType::bf16;
    Learner narrow(plan);
    exact.gradients(examples);
    CHECK(narrow.gradients(examples).loss ==
          Approx(double{arrays.number("loss", 0)}).epsilon(0.02).margin(0.04));
    for (const Parameter& parameter : exact.model.parameters().all()) {
      if (!parameter.matrix) continue;
      INFO(parameter.name);
      const auto left = exact.model.parameters().diffs(parameter),
                 right = narrow.model.parameters().diffs(parameter);
      double product = 0;
      for (std::size_t k = 0; k < left.size(); ++k) product += double{left[k]} * double{right[k]};
      CHECK(product > 0.98 * training::length(left) * training::length(right));
    }
  }
}

TEST_CASE("CamemBERT and XLM-RoBERTa learn as RoBERTa does", "[train]") {
  const auto examples = training::examples_of(arrays_of("roberta-mlm"));
  Learner roberta(training::plan_of("roberta-mlm"));
  roberta.gradients(examples);
  for (const std::string type : {"camembert", "xlm-roberta"}) {
    const TemporaryDirectory folder;
    training::copy_with_config("roberta-mlm", folder.path(), {{"\"roberta\"", '"' + type + '"'}});
    ModelPlan plan = training::plan_of("roberta-mlm");
    plan.source = folder.path();
    Learner other(plan);
    CHECK(other.model.config().model_type == type);
    other.gradients(examples);
    CHECK(same_bytes(other.all_diffs(), roberta.all_diffs()));
  }
}

TEST_CASE("a decoder of its own and the words share between them the gradient of a tied one",
          "[train]") {
  const auto examples = training::examples_of(arrays_of("bert-mlm"));
  Learner tied(training::plan_of("bert-mlm"));
  const double loss = tied.gradients(examples).loss;
  const std::string words = "bert.embeddings.word_embeddings.weight",
                    decoder = "cls.predictions.decoder.weight";

  const TemporaryDirectory folder;
  training::copy_with_config("bert-mlm", folder.path(),
                             {{"\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false"}});
  {
    std::vector<nlp::checkpoint::TensorPlan> plans;
    auto& parameters = tied.model.parameters();
    for (const Parameter& one : parameters.all())
      plans.push_back({tied.model.tensor_name(one), nlp::tensor::DType::f32, one.shape});
    const Parameter& table = tied.parameter(words);
    plans.push_back({decoder, nlp::tensor::DType::f32, table.shape});
    nlp::checkpoint::SafetensorsWriter writer(folder.path() / "model.safetensors", plans, {});
    for (const Parameter& one : parameters.all())
      writer.write(tied.model.tensor_name(one), 0, std::as_bytes(parameters.values(one)));
    writer.write(decoder, 0, std::as_bytes(parameters.values(table)));
    writer.commit();
  }
  ModelPlan plan = training::plan_of("bert-mlm");
  plan.source = folder.path();
  Learner untied(plan);
  CHECK(untied.gradients(examples).loss == Approx(loss));
  const auto of = [&](Learner& learner, const std::string& name) {
    const auto diffs = learner.model.parameters().diffs(learner.parameter(name));
    return std::vector<float>(diffs.begin(), diffs.end());
  };
  std::vector<float> sum = of(untied, words);
  const auto other = of(untied, decoder);
  CHECK(training::length(sum) > 0.01);
  CHECK(training::length(other) > 0.01);
  for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += other[k];
  CHECK(far_apart(of(tied, words), sum) < 1e-5);
}

TEST_CASE("families without a backward pass are refused by name", "[train]") {
  for (const std::string name : {"mpnet-mlm", "deberta-v1-mlm", "deberta-v2-mlm", "longformer-mlm",
                                 "reformer-mlm", "t5", "marian"}) {
    INFO(name);
    const std::string type = nlp::model::read_config(golden::model(name)).model_type;
    try {
      TrainedModel model(training::plan_of(name));
      FAIL("it was not refused");
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::model);
      CHECK_THAT(error.what(),
                 ContainsSubstring('"' + type + '"') && ContainsSubstring("cannot be trained"));
    }
  }
}
