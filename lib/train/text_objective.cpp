#include "train/text_objective.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dnn/cross_entropy.hpp"

namespace nlp::train {
namespace {

// log(1 + exp(x)), for any x.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

}  // namespace

void TextObjective::wanted(const Example& example, std::vector<std::int32_t>& tokens) const {
  const std::size_t count = averages() ? example.ids.size() : 1;
  for (std::size_t t = 0; t < count; ++t) tokens.push_back(static_cast<std::int32_t>(t));
}

void TextObjective::losses(const StepView& step, float scale, std::int64_t first,
                           dnn::ConstMatrix logits, dnn::StoredRows& diff) {
  const std::int64_t outputs = logits.columns;
  if (config_.problem == model::Problem::single_label) {
    for (std::int64_t n = 0; n < logits.rows; ++n) {
      const auto at = static_cast<std::size_t>(first + n);
      dnn::cross_entropy({.smoothing = smoothing_, .weight = scale, .absent = {}},
                         {logits.row(n), 1, outputs, logits.stride},
                         std::span(step.examples[at].labels).first(1),
                         std::span(losses_).subspan(at, 1), diff, first + n);
    }
    return;
  }
  const bool regression = config_.problem == model::Problem::regression;
  std::vector<float> diffs(static_cast<std::size_t>(outputs));
  for (std::int64_t n = 0; n < logits.rows; ++n) {
    const auto at = static_cast<std::size_t>(first + n);
    const std::vector<float>& targets = step.examples[at].scores;
    double loss = 0;
    for (std::int64_t c = 0; c < outputs; ++c) {
      const double x = logits.row(n)[c], y = targets[static_cast<std::size_t>(c)];
      const double slope = regression ? 2 * (x - y) : 1 / (1 + std::exp(-x)) - y;
      loss += regression ? (x - y) * (x - y) : softplus(x) - x * y;
      diffs[static_cast<std::size_t>(c)] =
          static_cast<float>(slope * scale / static_cast<double>(outputs));
    }
    losses_[at] = static_cast<float>(loss / static_cast<double>(outputs));
    diff.set_row(first + n, diffs);
  }
}

double TextObjective::run(const StepView& step, const Crew& crew, Parameters& parameters,
                          dnn::Matrix rows, std::int64_t count, float scale) {
  const auto texts = static_cast<std::int64_t>(step.examples.size());
  losses_.assign(step.examples.size(), 0);
  dnn::Matrix pooled = rows;
  if (averages()) {
    pooled = padded_matrix(pooled_, texts, rows.columns);
    std::fill_n(pooled.data, pooled.rows * pooled.columns, 0.0f);
    std::int64_t row = 0;
    for (std::int64_t b = 0; b < texts; ++b) {
      const auto size =
          static_cast<std::int64_t>(step.examples[static_cast<std::size_t>(b)].ids.size());
      for (std::int64_t t = 0; t < size; ++t, ++row)
        for (std::int64_t k = 0; k < rows.columns; ++k)
          pooled.row(b)[k] += rows.row(row)[k] / static_cast<float>(size);
    }
  }
  head_.forward_backward(crew, parameters, pooled, texts, {step.dropout, step.key},
                         [&](std::int64_t first, dnn::ConstMatrix logits, dnn::StoredRows& diff) {
                           losses(step, scale, first, logits, diff);
                         });
  if (averages()) {
    std::int64_t row = 0;
    for (std::int64_t b = 0; b < texts; ++b) {
      const auto size =
          static_cast<std::int64_t>(step.examples[static_cast<std::size_t>(b)].ids.size());
      for (std::int64_t t = 0; t < size && row < count; ++t, ++row)
        for (std::int64_t k = 0; k < rows.columns; ++k)
          rows.row(row)[k] = pooled.row(b)[k] / static_cast<float>(size);
    }
  }
  return std::accumulate(losses_.begin(), losses_.end(), 0.0);
}

}  // namespace nlp::train
