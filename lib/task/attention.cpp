#include "task/attention.hpp"

#include <algorithm>
#include <vector>

namespace nlp::task {
namespace {

std::vector<double> mean_of_heads(const tensor::Tensor& attention) {
  const auto heads = attention.rows(), size = attention.shape().at(1) * attention.shape().at(2);
  std::vector<double> mean(static_cast<std::size_t>(size), 0.0);
  for (std::int64_t head = 0; head < heads; ++head)
    for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += attention.row(head)[k];
  for (double& value : mean) value /= static_cast<double>(heads);
  return mean;
}

tensor::Tensor square(const std::vector<double>& values, std::int64_t tokens) {
  tensor::Tensor made({tokens, tokens});
  std::ranges::transform(values, made.values().begin(),
                         [](double value) { return static_cast<float>(value); });
  return made;
}

}  // namespace

tensor::Tensor attention_head(const tensor::Tensor& attention, std::int64_t head) {
  tensor::Tensor made({attention.shape().at(1), attention.shape().at(2)});
  std::ranges::copy(attention.row(head), made.values().begin());
  return made;
}

tensor::Tensor mean_attention(const tensor::Tensor& attention) {
  return square(mean_of_heads(attention), attention.shape().at(1));
}

tensor::Tensor attention_rollout(std::span<const tensor::Tensor> attention) {
  const auto tokens = attention.front().shape().at(1);
  const auto count = static_cast<std::size_t>(tokens);
  std::vector<double> product(count * count, 0.0);
  for (std::size_t t = 0; t < count; ++t) product[t * count + t] = 1;
  for (const tensor::Tensor& layer : attention) {
    auto step = mean_of_heads(layer);
    std::vector<double> next(count * count, 0.0);
    for (std::size_t row = 0; row < count; ++row) {
      double sum = 0;
      for (std::size_t k = 0; k < count; ++k) {
        double& value = step[row * count + k];
        value = 0.5 * value + (row == k ? 0.5 : 0.0);
        sum += value;
      }
      for (std::size_t k = 0; k < count; ++k) {
        const double share = step[row * count + k] / sum;
        for (std::size_t column = 0; column < count; ++column)
          next[row * count + column] += share * product[k * count + column];
      }
    }
    product = std::move(next);
  }
  return square(product, tokens);
}

}  // namespace nlp::task
