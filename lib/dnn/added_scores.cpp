#include "dnn/added_scores.hpp"

#include <algorithm>
#include <limits>

#include "dnn/key_range.hpp"

namespace nlp::dnn {
namespace {

class Term final : public ScoreTerm {
 public:
  explicit Term(const AddedScores& scores) : scores_(scores) {}
  void add(std::int64_t head, std::int64_t query, std::int64_t first,
           std::span<float> scores) const override {
    const float* from = scores_.values + head * scores_.head_step + query * scores_.query_step +
                        first * scores_.key_step;
    for (std::size_t k = 0; k < scores.size(); ++k)
      scores[k] += from[static_cast<std::int64_t>(k) * scores_.key_step];
  }

 private:
  const AddedScores& scores_;
};

bool sees_none(const AttentionShape& shape, const AddedScores& scores, std::int64_t head,
               std::int64_t query, std::int64_t keys) {
  const KeyRange range = visible(shape, query, static_cast<std::size_t>(keys));
  const float* from =
      scores.values + head * scores.head_step + (shape.query_start + query) * scores.query_step;
  for (auto k = static_cast<std::int64_t>(range.first); k < static_cast<std::int64_t>(range.last);
       ++k)
    if (from[k * scores.key_step] != -std::numeric_limits<float>::infinity()) return false;
  return true;
}

}  // namespace

void attention(const AttentionShape& shape, ConstMatrix query, ConstMatrix key, ConstMatrix value,
               Matrix dst, Workspace& workspace, const AddedScores& scores, float* probabilities) {
  const Term term(scores);
  attention(shape, query, key, value, dst, workspace, &term, probabilities);
  for (std::int64_t h = 0; h < shape.heads; ++h)
    for (std::int64_t i = 0; i < query.rows; ++i) {
      if (!sees_none(shape, scores, h, i, key.rows)) continue;
      std::fill_n(dst.row(i) + h * shape.head_size, shape.head_size, 0.0f);
      if (probabilities)
        std::fill_n(probabilities + (h * query.rows + i) * key.rows, key.rows, 0.0f);
    }
}

}  // namespace nlp::dnn
