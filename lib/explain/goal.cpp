#include "explain/goal.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "task/log_softmax.hpp"

namespace nlp::explain {

using task::ScoreFunction;

double value_of(const Goal& goal, std::span<const float> logits) {
  const double logit = logits[static_cast<std::size_t>(goal.column)];
  switch (goal.function) {
    case ScoreFunction::softmax:
      return task::LogSoftmax(logits)[static_cast<std::int32_t>(goal.column)];
    case ScoreFunction::sigmoid:
      return -(std::max(-logit, 0.0) + std::log1p(std::exp(-std::abs(logit))));
    case ScoreFunction::none:
      break;
  }
  return logit;
}

void slopes_of(const Goal& goal, std::span<const float> logits, std::span<float> dst) {
  const auto column = static_cast<std::size_t>(goal.column);
  std::ranges::fill(dst, 0.0f);
  switch (goal.function) {
    case ScoreFunction::softmax: {
      std::vector<double> probabilities(logits.size());
      task::softmax(logits, probabilities);
      for (std::size_t c = 0; c < dst.size(); ++c) dst[c] = static_cast<float>(-probabilities[c]);
      dst[column] = static_cast<float>(1 - probabilities[column]);
      return;
    }
    case ScoreFunction::sigmoid:
      dst[column] = static_cast<float>(1 / (1 + std::exp(double{logits[column]})));
      return;
    case ScoreFunction::none:
      dst[column] = 1;
  }
}

void goal_logits(const model::Model& model, const Goal& goal, const model::Batch& batch,
                 model::Workspace& workspace, tensor::Tensor& dst) {
  model::Encoded encoded;
  if (goal.head == model::Head::sequence_classification) {
    model.encode(batch, {.sequence = true}, workspace, encoded);
    return model.sequence_logits(encoded.last, batch.starts, workspace, dst);
  }
  std::vector<std::int64_t> rows, kept;  // of the batch; the same ones of encoded.last
  for (std::int64_t b = 0; b < batch.texts(); ++b) {
    rows.push_back(batch.starts[static_cast<std::size_t>(b)] + goal.row);
    kept.push_back(b);
  }
  model.encode(batch, {.rows = rows}, workspace, encoded);
  if (goal.head == model::Head::masked_lm)
    return model.masked_lm(encoded.last, kept, workspace, dst);
  model.token_logits(encoded.last, workspace, dst);
}

}  // namespace nlp::explain
