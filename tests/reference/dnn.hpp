// Naive versions of the kernels, in double: what the fast ones are held against.
#pragma once
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "tensor/tensor.hpp"

namespace reference {

using Values = std::vector<double>;

inline nlp::tensor::Tensor random(nlp::tensor::Shape shape, unsigned seed, float spread = 1) {
  nlp::tensor::Tensor tensor(std::move(shape));
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0, spread);
  for (auto& value : tensor.values()) value = normal(generator);
  return tensor;
}

inline nlp::tensor::TensorView view(const nlp::tensor::Tensor& tensor) {
  return {nlp::tensor::DType::f32, tensor.shape(),
          reinterpret_cast<const std::byte*>(tensor.data())};
}

// [N,M] = f(src [N,K] · weights [M,K]ᵀ + bias [M])
inline Values linear(const nlp::tensor::Tensor& src, const nlp::tensor::Tensor& weights,
                     const nlp::tensor::Tensor& bias, const std::function<double(double)>& f) {
  const auto rows = src.rows(), outputs = weights.rows(), inputs = weights.shape()[1];
  Values dst;
  for (std::int64_t n = 0; n < rows; ++n)
    for (std::int64_t m = 0; m < outputs; ++m) {
      double sum = bias.empty() ? 0.0 : bias.data()[m];
      for (std::int64_t k = 0; k < inputs; ++k)
        sum += double{src.row(n)[k]} * double{weights.row(m)[k]};
      dst.push_back(f(sum));
    }
  return dst;
}

inline Values layer_norm(const Values& row, const float* scale, const float* shift,
                         double epsilon) {
  double mean = 0, variance = 0;
  for (const double value : row) mean += value / row.size();
  for (const double value : row) variance += (value - mean) * (value - mean) / row.size();
  Values dst;
  for (std::size_t k = 0; k < row.size(); ++k)
    dst.push_back((row[k] - mean) / std::sqrt(variance + epsilon) * scale[k] + shift[k]);
  return dst;
}

struct Attention {
  Values context;        // [T,H]
  Values probabilities;  // [A,T,T]
};

inline Attention attention(const nlp::tensor::Tensor& qkv, std::int64_t heads, double scale) {
  const auto tokens = qkv.rows(), hidden = qkv.shape()[1] / 3, size = hidden / heads;
  Attention out{Values(tokens * hidden), Values(heads * tokens * tokens)};
  for (std::int64_t h = 0; h < heads; ++h)
    for (std::int64_t i = 0; i < tokens; ++i) {
      double* share = &out.probabilities[(h * tokens + i) * tokens];
      double sum = 0;
      for (std::int64_t j = 0; j < tokens; ++j) {
        double score = 0;
        for (std::int64_t k = 0; k < size; ++k)
          score += double{qkv.row(i)[h * size + k]} * double{qkv.row(j)[hidden + h * size + k]};
        sum += share[j] = std::exp(score * scale);
      }
      for (std::int64_t j = 0; j < tokens; ++j) {
        share[j] /= sum;
        for (std::int64_t k = 0; k < size; ++k)
          out.context[i * hidden + h * size + k] +=
              share[j] * double{qkv.row(j)[2 * hidden + h * size + k]};
      }
    }
  return out;
}

}  // namespace reference
