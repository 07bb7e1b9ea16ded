// Completeness, and the same integral made of differences in place of gradients.
#include "explain/integrated_gradients.hpp"

#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "explain/quadrature.hpp"
#include "support/catch.hpp"
#include "support/subjects.hpp"

using namespace nlp::explain;
using nlp::dnn::ComputeType;

namespace {

constexpr std::int32_t kPlaceholder = 4;
constexpr const char* kCheckpoints[] = {
    "albert-mlm",           "bert-mlm",       "bert-ner",
    "bert-sentiment",       "distilbert-mlm", "roberta-mlm",
    "distilbert-sentiment", "modernbert-mlm", "electra-generator",
    "modernbert-sentiment", "roberta-ner",
};

// The value of a goal for rows of words [T,E].
class Naive {
 public:
  explicit Naive(const std::string& name) : model_(training::plan_of(name)), team_(1) {
    workspaces_.push_back(std::make_unique<nlp::dnn::Workspace>(device_, 1));
  }
  const nlp::model::Config& config() const { return model_.config(); }

  nlp::tensor::Tensor words(const std::vector<std::int32_t>& ids) {
    const auto width = model_.encoder().embedding_size();
    nlp::tensor::Tensor rows({std::ssize(ids), width});
    for (std::size_t t = 0; t < ids.size(); ++t)
      std::copy_n(model_.parameters().matrix_value(model_.encoder().word_table()) + ids[t] * width,
                  width, rows.row(static_cast<std::int64_t>(t)).data());
    return rows;
  }

  double value(const Subject& subject, const nlp::tensor::Tensor& words) {
    nlp::train::Shard shard;
    const auto tokens = words.rows();
    shard.batch.add(subject.encoding.ids, subject.encoding.type_ids);
    shard.words.resize(words.shape());
    std::ranges::copy(words.values(), shard.words.data());
    for (std::int32_t t = 0; t < tokens; ++t) {
      shard.wanted.rows.push_back(t);
      shard.wanted.positions.push_back(t);
    }
    shard.wanted.starts = {0, tokens};
    model_.encoder().forward({model_.parameters(), {}, *workspaces_[0], buffers_}, shard);
    const auto hidden = config().hidden_size;
    nlp::tensor::Tensor memory;
    const auto rows = nlp::train::padded_matrix(memory, 1, hidden);
    std::fill_n(rows.data, rows.rows * hidden, 0.0f);
    const bool mean = subject.goal.head == nlp::model::Head::sequence_classification &&
                      config().pooling == nlp::model::SequencePooling::mean;
    for (std::int64_t t = 0; t < tokens; ++t)
      for (std::int64_t k = 0; k < hidden; ++k)
        if (mean || t == subject.goal.row)
          rows.row(0)[k] += shard.rows.row(t)[static_cast<std::size_t>(k)] /
                            static_cast<float>(mean ? tokens : 1);
    double value = 0;
    model_.head()->forward_backward(
        {team_, workspaces_}, model_.parameters(), rows, 1, {},
        [&](std::int64_t, nlp::dnn::ConstMatrix logits, nlp::dnn::StoredRows& diff) {
          const std::vector<float> row(logits.row(0), logits.row(0) + logits.columns);
          value = value_of(subject.goal, row);
          diff.set_row(0, row);
        });
    return value;
  }

 private:
  nlp::train::TrainedModel model_;
  nlp::dnn::Device device_;
  nlp::ThreadTeam team_;
  std::vector<std::unique_ptr<nlp::dnn::Workspace>> workspaces_;
  nlp::train::PassBuffers buffers_;
};

Weights integrated(const std::string& name, const Subject& subject, std::int64_t steps,
                   int threads = 1) {
  IntegratedGradients integrate(golden::model(name), training::head_of(name), ComputeType::f32,
                                threads);
  return integrate(subject, kPlaceholder, steps);
}

}  // namespace

TEST_CASE("all weights together are what the result differs from the baseline", "[explain]") {
  for (const std::string name : kCheckpoints) {
    INFO(name);
    const auto model = nlp::model::Model::open(golden::model(name));
    const auto subject = subjects::of(name, model.config());
    // These small models are steep and have kinks: where steps are few, the sum is less exact.
    const Weights weights = integrated(name, subject, 400);
    const double sum = std::accumulate(weights.tokens.begin(), weights.tokens.end(), 0.0);
    double moved = 0;
    for (const double weight : weights.tokens) moved += std::abs(weight);
    REQUIRE(weights.baseline);
    CHECK(std::abs(weights.value - *weights.baseline) > 1e-4);
    CHECK(std::abs(sum - (weights.value - *weights.baseline)) < 2e-3 * moved);
    CHECK(weights.tokens.front() == 0);
    CHECK(weights.tokens.back() == 0);

    // Both ends are what the model says of the text, and of the text of placeholders.
    const auto workspace = model.workspace();
    nlp::model::Batch batch;
    auto ids = subject.encoding.ids;
    batch.add(ids, subject.encoding.type_ids);
    for (std::size_t t = 0; t < ids.size(); ++t)
      if (subject.counts(t)) ids[t] = kPlaceholder;
    batch.add(ids, subject.encoding.type_ids);
    nlp::tensor::Tensor logits;
    goal_logits(model, subject.goal, batch, *workspace, logits);
    CHECK(weights.value == Approx(value_of(subject.goal, logits.row(0))).margin(1e-4));
    CHECK(*weights.baseline == Approx(value_of(subject.goal, logits.row(1))).margin(1e-4));
  }
}

TEST_CASE("gradients by a token's embedding are differences of the result", "[explain]") {
  constexpr float kStep = 0.004f;
  for (const std::string name : kCheckpoints) {
    INFO(name);
    Naive naive(name);
    const auto subject = subjects::of(name, naive.config());
    auto ids = subject.encoding.ids;
    const auto to = naive.words(ids);
    for (std::size_t t = 0; t < ids.size(); ++t)
      if (subject.counts(t)) ids[t] = kPlaceholder;
    const auto from = naive.words(ids);
    std::vector<double> expected(ids.size());
    double most = 0;
    for (const auto& [at, weight] : gauss_legendre(3))
      for (std::int64_t t = 0; t < to.rows(); ++t) {
        const auto moved = [&, share = static_cast<float>(at)](float step) {
          nlp::tensor::Tensor words(to.shape());
          for (std::int64_t k = 0; k < to.size(); ++k)
            words.data()[k] = from.data()[k] + share * (to.data()[k] - from.data()[k]);
          for (std::size_t e = 0; e < words.row(t).size(); ++e)
            words.row(t)[e] += step * (to.row(t)[e] - from.row(t)[e]);
          return naive.value(subject, words);
        };
        expected[static_cast<std::size_t>(t)] +=
            weight * (moved(kStep) - moved(-kStep)) / 2 / kStep;
      }
    for (const double weight : expected) most = std::max(most, std::abs(weight));
    const Weights found = integrated(name, subject, 3);
    for (std::size_t t = 0; t < expected.size(); ++t)
      CHECK(found.tokens[t] == Approx(expected[t]).margin(0.01 * most));
  }
}

TEST_CASE("weights are the same bytes for every number of threads", "[explain]") {
  for (const std::string name : {"bert-mlm", "modernbert-sentiment", "roberta-ner"}) {
    INFO(name);
    const auto config = nlp::model::read_config(golden::model(name));
    const auto subject = subjects::of(name, config);
    const Weights one = integrated(name, subject, 100), three = integrated(name, subject, 100, 3);
    CHECK(one.tokens == three.tokens);
    CHECK(one.value == three.value);
  }
}

TEST_CASE("a family without backward pass is refused, with what works", "[explain]") {
  for (const std::string name :
       {"mpnet-mlm", "deberta-v2-mlm", "longformer-mlm", "reformer-mlm", "t5"})
    CHECK_THROWS_WITH(
        IntegratedGradients(golden::model(name), nlp::model::Head::masked_lm, ComputeType::f32, 1),
        ContainsSubstring("--method leave-one-out"));
}
