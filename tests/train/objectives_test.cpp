// Losses of texts, answers and vectors: their values by hand, their gradients by differences.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/model.hpp"
#include "reference/training.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/training.hpp"
#include "train/embed_objective.hpp"

using namespace nlp::train;
using nlp::model::Problem;
using reference::Values;
using training::Head;
using training::Learner;

namespace {

std::vector<Example> texts() {
  auto examples = training::examples_of(golden::Arrays("bert-mlm"));
  for (Example& example : examples) example.labels.clear();
  return examples;
}

// Along each parameter's gradient the loss changes by its length.
void check_slopes(Learner& learner, const std::vector<Example>& examples) {
  const double loss = learner.gradients(examples).loss;
  CHECK(learner.loss(examples) == Approx(loss).epsilon(1e-5));
  Parameters& parameters = learner.model.parameters();
  std::size_t checked = 0;
  double largest = 0;
  for (const Parameter& one : parameters.all())
    largest = std::max(largest, training::length(parameters.diffs(one)));
  const auto diffs = learner.all_diffs();
  for (const Parameter& one : parameters.all()) {
    learner.gradients(examples);  // a loss leaves other gradients
    const auto found = parameters.diffs(one);
    const std::vector<float> gradient(found.begin(), found.end());
    const double slope = training::length(gradient);
    if (slope < 0.02 * largest) continue;  // the loss is float32
    INFO(one.name);
    const auto values = parameters.values(one);
    const std::vector<float> middle(values.begin(), values.end());
    const auto loss_at = [&](double step) {
      for (std::size_t k = 0; k < middle.size(); ++k)
        values[k] = static_cast<float>(double{middle[k]} + step * double{gradient[k]} / slope);
      const double at = learner.loss(examples);
      std::copy(middle.begin(), middle.end(), values.begin());
      return at;
    };
    constexpr double kStep = 1e-3;
    CHECK((loss_at(kStep) - loss_at(-kStep)) / (2 * kStep) ==
          Approx(slope).epsilon(1e-2).margin(2e-3 * largest));
    ++checked;
  }
  CHECK(checked >= 5);
}

Learner begun(Head head, std::vector<std::string> labels, Problem problem, float smoothing = 0,
              const char* name = "bert-mlm") {
  ModelPlan plan;
  plan.source = golden::model(name);
  plan.head = head;
  plan.labels = std::move(labels);
  plan.problem = problem;
  plan.seed = 3;
  return Learner(plan, {}, smoothing);
}

// Rows of the last layer that the reference-checked model has for the texts.
struct Rows {
  explicit Rows(const std::filesystem::path& directory, const std::vector<Example>& examples)
      : model(nlp::model::Model::open(directory)), workspace(model.workspace()) {
    for (const Example& example : examples) batch.add(example.ids, example.type_ids);
    model.encode(batch, {}, *workspace, encoded);
  }
  nlp::model::Model model;
  nlp::model::WorkspacePtr workspace;
  nlp::model::Batch batch;
  nlp::model::Encoded encoded;
};

// A text's vector of length 1.
Values vector_of(const Rows& rows, std::size_t text, bool mean) {
  const std::int64_t first = rows.batch.starts[text],
                     last = mean ? rows.batch.starts[text + 1] : first + 1;
  Values sum(static_cast<std::size_t>(rows.encoded.last.shape()[1]));
  for (std::int64_t n = first; n < last; ++n)
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += double{rows.encoded.last.row(n)[k]};
  const double norm = std::sqrt(reference::dot(sum, sum));
  for (double& value : sum) value /= norm;
  return sum;
}

}  // namespace

TEST_CASE(
    "losses of texts' labels, sets of labels and numbers have the gradients of their "
    "differences",
    "[train]") {
  auto examples = texts();
  for (std::size_t b = 0; b < examples.size(); ++b) {
    examples[b].labels = {static_cast<std::int32_t>(b % 3)};
    examples[b].scores = {b % 2 ? 1.0f : 0.0f, 1, b < 2 ? 1.0f : 0.0f};
  }
  for (const char* const name : {"bert-mlm", "roberta-mlm", "modernbert-mlm"}) {
    INFO(name);
    Learner single =
        begun(Head::sequence_classification, {"a", "b", "c"}, Problem::single_label, 0.1f, name);
    check_slopes(single, examples);
    Learner multi =
        begun(Head::sequence_classification, {"a", "b", "c"}, Problem::multi_label, 0, name);
    check_slopes(multi, examples);
    Learner number = begun(Head::sequence_classification, {"a"}, Problem::regression, 0, name);
    check_slopes(number, examples);
  }
}

TEST_CASE("losses of texts are those of the logits that the written model has", "[train]") {
  auto examples = texts();
  for (std::size_t b = 0; b < examples.size(); ++b) {
    examples[b].labels = {static_cast<std::int32_t>(b % 3)};
    examples[b].scores = {0.5f * static_cast<float>(b), 1, 0};
  }
  for (const char* const name :
       {"bert-mlm", "roberta-mlm", "distilbert-mlm", "modernbert-mlm", "electra-generator"})
    for (const Problem problem :
         {Problem::single_label, Problem::multi_label, Problem::regression}) {
      INFO(name << ", problem " << static_cast<int>(problem));
      Learner learner = begun(Head::sequence_classification, {"a", "b", "c"}, problem, 0, name);
      CHECK(!learner.model.begun().empty());
      const TemporaryDirectory folder;
      learner.model.write(folder.path());
      const Rows rows(folder.path(), examples);
      nlp::tensor::Tensor logits;
      rows.model.sequence_logits(rows.encoded.last, rows.batch.starts, *rows.workspace, logits);
      double expected = 0;
      for (std::size_t b = 0; b < examples.size(); ++b) {
        const auto own = logits.row(static_cast<std::int64_t>(b));
        if (problem == Problem::single_label) {
          expected +=
              reference::cross_entropy({own.begin(), own.end()},
                                       static_cast<std::size_t>(examples[b].labels[0]), 0, {})
                  .loss;
          continue;
        }
        for (std::size_t c = 0; c < 3; ++c) {
          const double x = own[c], y = examples[b].scores[c];
          expected += (problem == Problem::regression
                           ? (x - y) * (x - y)
                           : -y * std::log(1 / (1 + std::exp(-x))) -
                                 (1 - y) * std::log(1 - 1 / (1 + std::exp(-x)))) /
                      3;
        }
      }
      CHECK(learner.loss(examples) ==
            Approx(expected / static_cast<double>(examples.size())).epsilon(1e-4));
    }
}

TEST_CASE("classes of tokens, some of them absent, have the gradients of their differences",
          "[train]") {
  auto examples = texts();
  for (std::size_t b = 0; b < examples.size(); ++b)
    for (std::size_t t = 0; t < examples[b].ids.size(); ++t)
      examples[b].labels.push_back(t % 4 == 3 ? -100 : static_cast<std::int32_t>(t % 2));
  examples[1].absent = {0, 0, 1};
  Learner learner =
      begun(Head::token_classification, {"O", "B-X", "I-X"}, Problem::single_label, 0.05f);
  check_slopes(learner, examples);
}

TEST_CASE("the loss of answers is the mean of both ends', with the gradients of its differences",
          "[train]") {
  auto examples = texts();
  for (std::size_t b = 0; b < examples.size(); ++b)
    examples[b].labels = {1, static_cast<std::int32_t>(examples[b].ids.size()) - 1};
  examples[1].labels = {-100, -100};  // nothing to learn here
  Learner learner(training::plan_of("bert-qa"));
  const Rows rows(golden::model("bert-qa"), examples);
  nlp::tensor::Tensor logits;
  rows.model.answer_logits(rows.encoded.last, *rows.workspace, logits);
  double expected = 0;
  for (std::size_t b = 0; b < examples.size(); ++b)
    for (std::size_t end = 0; end < 2; ++end) {
      if (examples[b].labels[end] < 0) continue;
      Values column;
      for (std::int64_t n = rows.batch.starts[b]; n < rows.batch.starts[b + 1]; ++n)
        column.push_back(double{logits.row(n)[end]});
      expected +=
          reference::cross_entropy(column, static_cast<std::size_t>(examples[b].labels[end]), 0, {})
              .loss /
          2;
    }
  CHECK(learner.loss(examples) ==
        Approx(expected / static_cast<double>(examples.size() - 1)).epsilon(1e-5));
  check_slopes(learner, examples);
}

TEST_CASE("losses of vectors are those of their cosines, with the gradients of their differences",
          "[train]") {
  auto examples = texts();
  REQUIRE(examples.size() == 4);
  const Rows rows(golden::model("bert-mlm"), examples);
  for (const bool mean : {true, false}) {
    std::vector<Values> vectors;
    for (std::size_t b = 0; b < 4; ++b) vectors.push_back(vector_of(rows, b, mean));
    for (const EmbedLoss loss : {EmbedLoss::scored, EmbedLoss::matched, EmbedLoss::distilled}) {
      INFO(static_cast<int>(loss) << (mean ? " of means" : " of first tokens"));
      double expected = 0;
      for (std::size_t b = 0; b < 4; ++b) examples[b].scores = {0.25f * static_cast<float>(b)};
      if (loss == EmbedLoss::scored) {
        for (const std::size_t b : {0, 2})
          expected +=
              std::pow(reference::dot(vectors[b], vectors[b + 1]) - double{examples[b].scores[0]},
                       2) /
              2;
      } else if (loss == EmbedLoss::matched) {
        for (std::size_t pair = 0; pair < 2; ++pair)
          expected += reference::cross_entropy({20 * reference::dot(vectors[2 * pair], vectors[1]),
                                                20 * reference::dot(vectors[2 * pair], vectors[3])},
                                               pair, 0, {})
                          .loss /
                      2;
      } else {
        for (std::size_t b = 0; b < 4; ++b) {
          const auto target = reference::random({32}, static_cast<unsigned>(b), 0.2f);
          examples[b].scores.assign(target.data(), target.data() + 32);
          for (std::size_t k = 0; k < 32; ++k)
            expected += std::pow(vectors[b][k] - double{target.data()[k]}, 2) / 4;
        }
      }
      ModelPlan plan = training::plan_of("bert-mlm");
      plan.head.reset();
      Learner learner(plan);
      learner.objective = std::make_unique<EmbedObjective>(loss, mean);
      CHECK(learner.loss(examples) == Approx(expected).epsilon(1e-4));
      check_slopes(learner, examples);
    }
  }
}
