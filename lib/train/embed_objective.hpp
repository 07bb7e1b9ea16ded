// Losses of texts' vectors: the mean of the encoder's rows, or the first one.
//   scored       the squared error of cosine(text, pair) against the score
//   matched      cross-entropy of each text's own pair among the pairs of the batch, by
//                20 * cosine: the other pairs of the batch do not match
//   distilled    the mean squared error against a teacher's vector, of length 1
// Source: the losses of sentence-transformers: CosineSimilarityLoss;
// MultipleNegativesRankingLoss (Henderson et al. 2017, arXiv:1705.00652, section 4.4), scale 20;
// MSELoss (Reimers, Gurevych 2020, arXiv:2004.09813).
// Legend: B texts, T tokens, H hidden.
#pragma once
#include <vector>

#include "train/trainer.hpp"

namespace nlp::train {

enum class EmbedLoss : std::uint8_t { scored, matched, distilled };

class EmbedObjective final : public Objective {
 public:
  // Under scored and matched, examples 2k and 2k + 1 of a batch are a pair, whose score, from 0
  // to 1, is in the first one; under distilled the scores of an example are its vector [H].
  EmbedObjective(EmbedLoss loss, bool mean) : loss_(loss), mean_(mean) {}

  void wanted(const Example& example, std::vector<std::int32_t>& tokens) const override;
  double weight(const Example& example) const override;
  double run(const StepView& step, const Crew& crew, Parameters& parameters, dnn::Matrix rows,
             std::int64_t count, float scale) override;

 private:
  struct Vectors;
  double scored(const StepView& step, Vectors& vectors, double scale) const;
  double matched(Vectors& vectors, double scale) const;
  double distilled(const StepView& step, Vectors& vectors, double scale) const;

  EmbedLoss loss_;
  bool mean_;
};

}  // namespace nlp::train
