#include "train/token_objective.hpp"

#include <numeric>

#include "dnn/cross_entropy.hpp"

namespace nlp::train {

void TokenObjective::wanted(const Example& example, std::vector<std::int32_t>& tokens) const {
  for (std::size_t t = 0; t < example.labels.size(); ++t)
    if (example.labels[t] >= 0) tokens.push_back(static_cast<std::int32_t>(t));
}

double TokenObjective::weight(const Example& example) const {
  double count = 0;
  for (const std::int32_t label : example.labels) count += label >= 0;
  return count;
}

double TokenObjective::run(const StepView& step, const Crew& crew, Parameters& parameters,
                           dnn::Matrix rows, std::int64_t count, float scale) {
  labels_.clear();
  examples_.clear();
  for (const Example& example : step.examples)
    for (const std::int32_t label : example.labels)
      if (label >= 0) {
        labels_.push_back(label);
        examples_.push_back(&example);
      }
  losses_.assign(static_cast<std::size_t>(count), 0);
  const dnn::Dropout dropout{options_.dropout ? step.dropout : 0, step.key};
  // Rows beside each other of one example have the same classes.
  const auto losses = [&](std::int64_t first, dnn::ConstMatrix logits, dnn::StoredRows& diff) {
    for (std::int64_t n = 0; n < logits.rows;) {
      const auto at = static_cast<std::size_t>(first + n);
      std::int64_t end = n + 1;
      while (end < logits.rows &&
             (examples_[static_cast<std::size_t>(first + end)] == examples_[at] ||
              (examples_[at]->absent.empty() &&
               examples_[static_cast<std::size_t>(first + end)]->absent.empty())))
        ++end;
      const auto some = static_cast<std::size_t>(end - n);
      dnn::cross_entropy({options_.smoothing, scale, examples_[at]->absent},
                         {logits.row(n), end - n, logits.columns, logits.stride},
                         std::span(labels_).subspan(at, some), std::span(losses_).subspan(at, some),
                         diff, first + n);
      n = end;
    }
  };
  head_.forward_backward(crew, parameters, rows, count, dropout, losses);
  return std::accumulate(losses_.begin(), losses_.end(), 0.0);
}

}  // namespace nlp::train
