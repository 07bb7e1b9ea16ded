// The one number of a model's results that is explained, as a function of logits.
// Legend: B texts, T tokens of a text, C labels, V vocabulary.
#pragma once
#include <cstdint>
#include <span>

#include "model/model.hpp"
#include "task/classify.hpp"
#include "tensor/tensor.hpp"

namespace nlp::explain {

struct Goal {
  model::Head head = model::Head::masked_lm;  // or token, or sequence classification
  std::int64_t row = 0;     // of the text's T: the mask, the word; a sequence classifier reads none
  std::int64_t column = 0;  // the label, or the id in the vocabulary
  task::ScoreFunction function = task::ScoreFunction::softmax;
};

// The logarithm of the probability that the function makes of the logits [C or V]; without function
// the logit itself.
double value_of(const Goal& goal, std::span<const float> logits);

// dst [C or V] <- the derivative of value_of() by each logit.
void slopes_of(const Goal& goal, std::span<const float> logits, std::span<float> dst);

// dst [B,C or V] <- of each text of a batch the logits that the goal reads.
void goal_logits(const model::Model& model, const Goal& goal, const model::Batch& batch,
                 model::Workspace& workspace, tensor::Tensor& dst);

}  // namespace nlp::explain
