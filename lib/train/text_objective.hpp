// The loss of a text's label, labels, or number.
// Source: the reference's sequence classification heads: cross-entropy; binary cross-entropy, the
// mean over classes; squared error, the mean over outputs.
// Legend: B texts, H hidden, C outputs.
#pragma once
#include <vector>

#include "model/config.hpp"
#include "train/trainer.hpp"

namespace nlp::train {

class TextObjective final : public Objective {
 public:
  // Both outlive this.
  TextObjective(TrainedHead& head, const model::Config& config, float smoothing)
      : head_(head), config_(config), smoothing_(smoothing) {}

  void wanted(const Example& example, std::vector<std::int32_t>& tokens) const override;
  double weight(const Example&) const override { return 1; }
  double run(const StepView& step, const Crew& crew, Parameters& parameters, dnn::Matrix rows,
             std::int64_t count, float scale) override;

 private:
  bool averages() const { return config_.pooling == model::SequencePooling::mean; }
  void losses(const StepView& step, float scale, std::int64_t first, dnn::ConstMatrix logits,
              dnn::StoredRows& diff);

  TrainedHead& head_;
  const model::Config& config_;
  float smoothing_;
  tensor::Tensor pooled_;      // [padded B,H]
  std::vector<float> losses_;  // [B]
};

}  // namespace nlp::train
