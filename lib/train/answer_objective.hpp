// The loss of where an answer begins and ends.
// Source: the reference's question answering heads: the mean of two cross-entropies over the tokens
// of a text; where there is no answer both are the first token.
// Legend: T tokens of an example, W rows of all examples.
#pragma once
#include <vector>

#include "train/trainer.hpp"

namespace nlp::train {

class AnswerObjective final : public Objective {
 public:
  // `head` outlives this.
  explicit AnswerObjective(TrainedHead& head) : head_(head) {}

  void wanted(const Example& example, std::vector<std::int32_t>& tokens) const override;
  double weight(const Example& example) const override;
  double run(const StepView& step, const Crew& crew, Parameters& parameters, dnn::Matrix rows,
             std::int64_t count, float scale) override;

 private:
  TrainedHead& head_;
};

}  // namespace nlp::train
