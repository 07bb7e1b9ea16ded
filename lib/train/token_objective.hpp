// The loss of tokens' labels: masked tokens, classes of words.
// Source: the reference's heads: the mean cross-entropy over labels >= 0.
// Legend: T tokens of an example, W rows with a label, C classes.
#pragma once
#include <vector>

#include "train/trainer.hpp"

namespace nlp::train {

class TokenObjective final : public Objective {
 public:
  struct Options {
    float smoothing = 0;
    bool dropout = true;  // before the last layer; a masked-LM head has none
  };
  // `head` outlives this.
  TokenObjective(TrainedHead& head, const Options& options) : head_(head), options_(options) {}

  void wanted(const Example& example, std::vector<std::int32_t>& tokens) const override;
  double weight(const Example& example) const override;
  double run(const StepView& step, const Crew& crew, Parameters& parameters, dnn::Matrix rows,
             std::int64_t count, float scale) override;

 private:
  TrainedHead& head_;
  Options options_;
  std::vector<std::int32_t> labels_;      // [W]
  std::vector<const Example*> examples_;  // [W]
  std::vector<float> losses_;             // [W]
};

}  // namespace nlp::train
