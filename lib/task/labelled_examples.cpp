#include "task/labelled_examples.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"

namespace nlp::task {
namespace {

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += double{a[k]} * double{b[k]};
  return sum;
}

}  // namespace

void LabelledExamples::add(std::span<const float> vector, std::string_view label) {
  if (!label_of_.empty() && vectors_.size() / label_of_.size() != vector.size())
    throw Error(Kind::internal, "LabelledExamples: vectors of different size");
  const auto known = std::ranges::find(labels_, label);
  label_of_.push_back(static_cast<std::size_t>(known - labels_.begin()));
  if (known == labels_.end()) labels_.emplace_back(label);
  const double length = std::sqrt(dot(vector, vector));
  for (const float value : vector)
    vectors_.push_back(length > 0 ? static_cast<float>(value / length) : 0.0F);
}

std::vector<double> LabelledExamples::scores(std::span<const float> vector) const {
  const double length = std::sqrt(dot(vector, vector));
  std::vector<double> similarity(size());
  for (std::size_t n = 0; n < size(); ++n)
    similarity[n] =
        length > 0
            ? dot(std::span(vectors_).subspan(n * vector.size(), vector.size()), vector) / length
            : 0;
  std::vector<std::size_t> order(size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto voters = static_cast<std::ptrdiff_t>(std::min(options_.nearest, size()));
  std::partial_sort(
      order.begin(), order.begin() + voters, order.end(), [&](std::size_t a, std::size_t b) {
        return similarity[a] > similarity[b] || (similarity[a] == similarity[b] && a < b);
      });
  order.resize(static_cast<std::size_t>(voters));

  std::vector<double> scores(labels_.size());
  const auto vote = [&](auto weight) {
    double sum = 0;
    for (const std::size_t n : order) {
      scores[label_of_[n]] += weight(n);
      sum += weight(n);
    }
    return sum;
  };
  double sum = 0;
  if (options_.votes == Votes::similarity)
    sum = vote([&](std::size_t n) { return std::max(0.0, similarity[n]); });
  if (sum <= 0) sum = vote([](std::size_t) { return 1.0; });
  for (double& score : scores) score /= sum;
  return scores;
}

}  // namespace nlp::task
