#include "task/row_scorer.hpp"

#include <algorithm>
#include <numeric>

#include "task/most_logits.hpp"

namespace nlp::task {

void RowScorer::want(std::int64_t row, std::size_t sequence, std::size_t position) {
  rows_.push_back(row);
  wanted_.emplace_back(sequence, position);
}

void RowScorer::compute_if_full() {
  if (batch_.rows() >= batch_tokens_) finish();
}

void RowScorer::finish() {
  if (!rows_.empty()) model_.encode(batch_, {.rows = rows_}, workspace_, encoded_);
  std::vector<std::int64_t> kept(rows_.size());  // the rows of encoded_.last
  std::iota(kept.begin(), kept.end(), 0);
  const auto group = static_cast<std::size_t>(std::max<std::int64_t>(
      1, kMostLogits / std::max<std::int64_t>(1, model_.config().vocab_size)));
  for (std::size_t first = 0; first < rows_.size(); first += group) {
    const std::size_t count = std::min(group, rows_.size() - first);
    model_.masked_lm(encoded_.last, std::span(kept).subspan(first, count), workspace_, logits_);
    for (std::size_t k = 0; k < count; ++k) {
      const auto [sequence, position] = wanted_[first + k];
      use_(sequence, position, logits_.row(static_cast<std::int64_t>(k)));
    }
  }
  batch_ = {};
  rows_.clear();
  wanted_.clear();
}

}  // namespace nlp::task
