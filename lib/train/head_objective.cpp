#include "train/head_objective.hpp"

#include "dnn/cross_entropy.hpp"

namespace nlp::train {
namespace {

bool by_token(model::Head kind) {
  return kind == model::Head::masked_lm || kind == model::Head::token_classification;
}

}  // namespace

void HeadObjective::wanted(const Example& example, std::vector<std::int32_t>& tokens) const {
  if (!by_token(kind_)) {
    tokens.push_back(0);
    return;
  }
  for (std::size_t t = 0; t < example.labels.size(); ++t)
    if (example.labels[t] >= 0) tokens.push_back(static_cast<std::int32_t>(t));
}

double HeadObjective::weight(const Example& example) const {
  if (!by_token(kind_)) return 1;
  double count = 0;
  for (const std::int32_t label : example.labels) count += label >= 0;
  return count;
}

void HeadObjective::collect(const StepView& step) {
  labels_.clear();
  for (const Example& example : step.examples)
    if (by_token(kind_)) {
      for (const std::int32_t label : example.labels)
        if (label >= 0) labels_.push_back(label);
    } else {
      labels_.push_back(example.labels.front());
    }
}

double HeadObjective::run(const StepView& step, const Crew& crew, Parameters& parameters,
                          dnn::Matrix rows, std::int64_t count, float scale) {
  collect(step);
  losses_.assign(static_cast<std::size_t>(count), 0);
  const dnn::CrossEntropy options{.smoothing = smoothing_, .weight = scale};
  // The masked-LM head has no dropout.
  const dnn::Dropout dropout{kind_ == model::Head::masked_lm ? 0 : step.dropout, step.key};
  head_.forward_backward(
      crew, parameters, rows, count, dropout,
      [&](std::int64_t first, dnn::ConstMatrix logits, dnn::StoredRows& diff) {
        const auto from = static_cast<std::size_t>(first),
                   some = static_cast<std::size_t>(logits.rows);
        dnn::cross_entropy(options, logits, std::span(labels_).subspan(from, some),
                           std::span(losses_).subspan(from, some), diff, first);
      },
      step.fresh);
  double sum = 0;
  for (const float loss : losses_) sum += double{loss};
  return sum;
}

}  // namespace nlp::train
