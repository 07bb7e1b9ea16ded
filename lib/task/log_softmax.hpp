// Logits of one row as log-probabilities.  All sums run in double and in index order, so a value
// depends on its own row only.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace nlp::task {

class LogSoftmax {
 public:
  // `logits` [V] must outlive this; V > 0.
  explicit LogSoftmax(std::span<const float> logits);

  // log softmax(logits)[id].
  double operator[](std::int32_t id) const {
    return static_cast<double>(logits_[static_cast<std::size_t>(id)]) - log_sum_;
  }

  // The `count` most likely ids, best first, the smaller id first of equals; fewer where V is less.
  std::vector<std::int32_t> top(std::size_t count) const;

  // The place of `id` in that order, counted from 1.
  std::int64_t rank(std::int32_t id) const;

 private:
  bool before(std::int32_t left, std::int32_t right) const;

  std::span<const float> logits_;
  double log_sum_;
};

// probabilities [C] <- softmax(logits [C]).
void softmax(std::span<const float> logits, std::span<double> probabilities);
void softmax(std::span<const double> logits, std::span<double> probabilities);

}  // namespace nlp::task
