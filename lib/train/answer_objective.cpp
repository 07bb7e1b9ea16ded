#include "train/answer_objective.hpp"

#include <algorithm>
#include <cmath>

namespace nlp::train {
namespace {

bool is_learnt(const Example& example) {
  return example.labels.size() == 2 && example.labels[0] >= 0 && example.labels[1] >= 0;
}

// The cross-entropy of one column of logits [T,2]; its gradient times `weight` into diffs [T,2].
double column_loss(dnn::ConstMatrix logits, std::int64_t column, std::int64_t label, double weight,
                   std::vector<float>& diffs) {
  double most = logits.row(0)[column], sum = 0;
  for (std::int64_t t = 1; t < logits.rows; ++t)
    most = std::max<double>(most, logits.row(t)[column]);
  for (std::int64_t t = 0; t < logits.rows; ++t) sum += std::exp(logits.row(t)[column] - most);
  for (std::int64_t t = 0; t < logits.rows; ++t) {
    const double share = std::exp(logits.row(t)[column] - most) / sum;
    diffs[static_cast<std::size_t>(2 * t + column)] =
        static_cast<float>(weight * (share - (t == label ? 1 : 0)));
  }
  return std::log(sum) + most - logits.row(label)[column];
}

}  // namespace

void AnswerObjective::wanted(const Example& example, std::vector<std::int32_t>& tokens) const {
  if (!is_learnt(example)) return;
  for (std::size_t t = 0; t < example.ids.size(); ++t)
    tokens.push_back(static_cast<std::int32_t>(t));
}

double AnswerObjective::weight(const Example& example) const { return is_learnt(example); }

double AnswerObjective::run(const StepView& step, const Crew& crew, Parameters& parameters,
                            dnn::Matrix rows, std::int64_t count, float scale) {
  double loss = 0;
  const auto losses = [&](std::int64_t, dnn::ConstMatrix logits, dnn::StoredRows& diff) {
    std::int64_t row = 0;
    std::vector<float> diffs;
    for (const Example& example : step.examples) {
      if (!is_learnt(example)) continue;
      const auto size = static_cast<std::int64_t>(example.ids.size());
      const dnn::ConstMatrix own{logits.row(row), size, logits.columns, logits.stride};
      diffs.resize(static_cast<std::size_t>(2 * size));
      for (std::int64_t column = 0; column < 2; ++column)
        loss += column_loss(own, column, example.labels[static_cast<std::size_t>(column)],
                            double{scale} / 2, diffs) /
                2;
      for (std::int64_t t = 0; t < size; ++t)
        diff.set_row(row + t, std::span(diffs).subspan(static_cast<std::size_t>(2 * t), 2));
      row += size;
    }
  };
  head_.forward_backward(crew, parameters, rows, count, {step.dropout, step.key}, losses,
                         RowBlocks::all);
  return loss;
}

}  // namespace nlp::train
