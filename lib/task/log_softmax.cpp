#include "task/log_softmax.hpp"

#include <algorithm>
#include <cmath>

namespace nlp::task {

LogSoftmax::LogSoftmax(std::span<const float> logits) : logits_(logits) {
  const double most = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - most);
  log_sum_ = most + std::log(sum);
}

bool LogSoftmax::before(std::int32_t left, std::int32_t right) const {
  const float a = logits_[static_cast<std::size_t>(left)];
  const float b = logits_[static_cast<std::size_t>(right)];
  return a > b || (a == b && left < right);
}

std::vector<std::int32_t> LogSoftmax::top(std::size_t count) const {
  count = std::min(count, logits_.size());
  std::vector<std::int32_t> heap;  // the worst of the best on top
  heap.reserve(count);
  const auto better = [this](std::int32_t a, std::int32_t b) { return before(a, b); };
  for (std::size_t k = 0; k < logits_.size() && count > 0; ++k) {
    const auto id = static_cast<std::int32_t>(k);
    if (heap.size() < count) {
      heap.push_back(id);
      std::push_heap(heap.begin(), heap.end(), better);
    } else if (logits_[k] > logits_[static_cast<std::size_t>(heap.front())]) {
      // Ids rise, so an equal one never displaces an earlier one.
      std::pop_heap(heap.begin(), heap.end(), better);
      heap.back() = id;
      std::push_heap(heap.begin(), heap.end(), better);
    }
  }
  std::sort_heap(heap.begin(), heap.end(), better);
  return heap;
}

std::int64_t LogSoftmax::rank(std::int32_t id) const {
  std::int64_t rank = 1;
  for (std::size_t k = 0; k < logits_.size(); ++k) rank += before(static_cast<std::int32_t>(k), id);
  return rank;
}

namespace {

template <class Logit>
void softmax_of(std::span<const Logit> logits, std::span<double> probabilities) {
  if (logits.empty()) return;
  const double most = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    sum += probabilities[c] = std::exp(static_cast<double>(logits[c]) - most);
  }
  for (double& probability : probabilities) probability /= sum;
}

}  // namespace

void softmax(std::span<const float> logits, std::span<double> probabilities) {
  softmax_of(logits, probabilities);
}

void softmax(std::span<const double> logits, std::span<double> probabilities) {
  softmax_of(logits, probabilities);
}

}  // namespace nlp::task
