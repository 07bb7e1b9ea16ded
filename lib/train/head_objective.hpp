// Losses of a head's outputs: masked tokens, classes of tokens and texts, answers.
// Source: the losses of the reference's heads (cross-entropy over labels >= 0; several labels:
// binary cross-entropy, the mean over labels; a number: squared error; an answer: the mean of two
// cross-entropies over a text's tokens).
// Legend: T tokens, C classes.
#pragma once
#include <vector>

#include "model/config.hpp"
#include "train/trainer.hpp"

namespace nlp::train {

class HeadObjective final : public Objective {
 public:
  // `head` outlives this.
  HeadObjective(TrainedHead& head, model::Head kind, const model::Config& config, float smoothing)
      : head_(head), kind_(kind), config_(config), smoothing_(smoothing) {}

  void wanted(const Example& example, std::vector<std::int32_t>& tokens) const override;
  double weight(const Example& example) const override;
  double run(const StepView& step, const Crew& crew, Parameters& parameters, dnn::Matrix rows,
             std::int64_t count, float scale) override;

 private:
  // Labels of rows in the order of shards and texts.
  void collect(const StepView& step);

  TrainedHead& head_;
  model::Head kind_;
  const model::Config& config_;
  float smoothing_;
  std::vector<std::int32_t> labels_;  // [W]
  std::vector<float> losses_;         // [W]
};

}  // namespace nlp::train
