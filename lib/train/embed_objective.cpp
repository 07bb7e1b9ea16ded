#include "train/embed_objective.hpp"

#include <algorithm>
#include <cmath>

namespace nlp::train {
namespace {
constexpr double kSharpness = 20;  // of cosines, among the pairs of a batch
}

// The texts' vectors at length 1, and the gradients of these.
struct EmbedObjective::Vectors {
  Vectors(std::size_t count, std::size_t size)
      : size(size), values(count * size), diffs(count * size), lengths(count) {}

  double* value(std::size_t text) { return values.data() + text * size; }
  double* diff(std::size_t text) { return diffs.data() + text * size; }
  std::size_t count() const { return lengths.size(); }
  double dot(std::size_t left, std::size_t right) {
    double sum = 0;
    for (std::size_t k = 0; k < size; ++k) sum += value(left)[k] * value(right)[k];
    return sum;
  }
  // What a change of cosine(left, right) by `slope` asks of both.
  void add(std::size_t left, std::size_t right, double slope) {
    for (std::size_t k = 0; k < size; ++k) {
      diff(left)[k] += slope * value(right)[k];
      diff(right)[k] += slope * value(left)[k];
    }
  }

  std::size_t size;
  std::vector<double> values, diffs, lengths;
};

void EmbedObjective::wanted(const Example& example, std::vector<std::int32_t>& tokens) const {
  const std::size_t count = mean_ ? example.ids.size() : 1;
  for (std::size_t t = 0; t < count; ++t) tokens.push_back(static_cast<std::int32_t>(t));
}

double EmbedObjective::weight(const Example&) const {
  return loss_ == EmbedLoss::distilled ? 1 : 0.5;
}

double EmbedObjective::scored(const StepView& step, Vectors& vectors, double scale) const {
  double loss = 0;
  for (std::size_t b = 0; b + 1 < vectors.count(); b += 2) {
    const double error = vectors.dot(b, b + 1) - double{step.examples[b].scores.front()};
    loss += error * error;
    vectors.add(b, b + 1, 2 * error * scale);
  }
  return loss;
}

double EmbedObjective::matched(Vectors& vectors, double scale) const {
  double loss = 0;
  const std::size_t pairs = vectors.count() / 2;
  std::vector<double> scores(pairs);
  for (std::size_t left = 0; left < pairs; ++left) {
    for (std::size_t right = 0; right < pairs; ++right)
      scores[right] = kSharpness * vectors.dot(2 * left, 2 * right + 1);
    const double most = *std::ranges::max_element(scores);
    double sum = 0;
    for (const double score : scores) sum += std::exp(score - most);
    loss += std::log(sum) + most - scores[left];
    for (std::size_t right = 0; right < pairs; ++right) {
      const double share = std::exp(scores[right] - most) / sum - (left == right ? 1 : 0);
      vectors.add(2 * left, 2 * right + 1, kSharpness * share * scale);
    }
  }
  return loss;
}

double EmbedObjective::distilled(const StepView& step, Vectors& vectors, double scale) const {
  double loss = 0;
  for (std::size_t b = 0; b < vectors.count(); ++b)
    for (std::size_t k = 0; k < vectors.size; ++k) {
      const double error = vectors.value(b)[k] - double{step.examples[b].scores[k]};
      loss += error * error;
      vectors.diff(b)[k] += 2 * error * scale;
    }
  return loss;
}

double EmbedObjective::run(const StepView& step, const Crew& crew, Parameters&, dnn::Matrix rows,
                           std::int64_t, float scale) {
  const std::size_t texts = step.examples.size(), size = static_cast<std::size_t>(rows.columns);
  Vectors vectors(texts, size);
  std::vector<std::int64_t> first = {0};
  for (const Example& example : step.examples)
    first.push_back(first.back() +
                    (mean_ ? static_cast<std::int64_t>(example.ids.size()) : std::int64_t{1}));
  crew.team.run(static_cast<std::int64_t>(texts), [&](std::int64_t text, int) {
    const auto b = static_cast<std::size_t>(text);
    double* value = vectors.value(b);
    for (std::int64_t n = first[b]; n < first[b + 1]; ++n)
      for (std::size_t k = 0; k < size; ++k) value[k] += double{rows.row(n)[k]};
    double squares = 0;
    const double share = 1 / static_cast<double>(first[b + 1] - first[b]);
    for (std::size_t k = 0; k < size; ++k) {
      value[k] *= share;
      squares += value[k] * value[k];
    }
    vectors.lengths[b] = std::max(std::sqrt(squares), 1e-12);
    for (std::size_t k = 0; k < size; ++k) value[k] /= vectors.lengths[b];
  });
  const double loss = loss_ == EmbedLoss::scored    ? scored(step, vectors, scale)
                      : loss_ == EmbedLoss::matched ? matched(vectors, scale)
                                                    : distilled(step, vectors, scale);
  // Back through the length, then the mean.
  crew.team.run(static_cast<std::int64_t>(texts), [&](std::int64_t text, int) {
    const auto b = static_cast<std::size_t>(text);
    const double *value = vectors.value(b), *diff = vectors.diff(b);
    double along = 0;
    for (std::size_t k = 0; k < size; ++k) along += value[k] * diff[k];
    const double share = 1 / (vectors.lengths[b] * static_cast<double>(first[b + 1] - first[b]));
    for (std::int64_t n = first[b]; n < first[b + 1]; ++n)
      for (std::size_t k = 0; k < size; ++k)
        rows.row(n)[k] = static_cast<float>((diff[k] - along * value[k]) * share);
  });
  return loss;
}

}  // namespace nlp::train
