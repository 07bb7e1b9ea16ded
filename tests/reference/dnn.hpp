// Naive versions of the kernels, in double: what the fast ones are held against.
#pragma once
#include <algorithm>
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

// Each number through bfloat16: the nearest one, ties to even.
inline nlp::tensor::Tensor through_bf16(const nlp::tensor::Tensor& src) {
  nlp::tensor::Tensor dst(src.shape());
  for (std::int64_t k = 0; k < src.size(); ++k) {
    int exponent = 0;
    const double part = std::frexp(double{src.data()[k]}, &exponent);
    dst.data()[k] =
        static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(part, 8)), exponent - 8));
  }
  return dst;
}

// Each row through 127 steps to either side of 0.
inline nlp::tensor::Tensor through_signed_bytes(const nlp::tensor::Tensor& src) {
  nlp::tensor::Tensor dst(src.shape());
  for (std::int64_t n = 0; n < src.rows(); ++n) {
    double most = 0;
    for (const float value : src.row(n)) most = std::max(most, std::abs(double{value}));
    for (std::size_t k = 0; k < src.row(n).size(); ++k)
      dst.row(n)[k] = static_cast<float>(std::nearbyint(src.row(n)[k] * 127 / most) * most / 127);
  }
  return dst;
}

// Each row through 255 steps from its least to its largest value, of which one is 0.
inline nlp::tensor::Tensor through_bytes(const nlp::tensor::Tensor& src) {
  nlp::tensor::Tensor dst(src.shape());
  for (std::int64_t n = 0; n < src.rows(); ++n) {
    double least = 0, most = 0;
    for (const float value : src.row(n)) {
      least = std::min(least, double{value});
      most = std::max(most, double{value});
    }
    const double step = (most - least) / 255, zero = std::nearbyint(-least / step);
    for (std::size_t k = 0; k < src.row(n).size(); ++k)
      dst.row(n)[k] =
          static_cast<float>((std::nearbyint(src.row(n)[k] / step + zero) - zero) * step);
  }
  return dst;
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

inline Values layer_norm(const Values& row, const float* scale, const float* shift, double epsilon,
                         bool centered) {
  double mean = 0, variance = 0;
  if (centered)
    for (const double value : row) mean += value / row.size();
  for (const double value : row) variance += (value - mean) * (value - mean) / row.size();
  Values dst;
  for (std::size_t k = 0; k < row.size(); ++k)
    dst.push_back((row[k] - mean) / std::sqrt(variance + epsilon) * scale[k] + shift[k]);
  return dst;
}

struct Attention {
  Values context;        // [T,H]
  Values probabilities;  // [A,T,S]
};

// `term(head, query, key)` is added to the scaled score; -infinity hides the key.
template <class Term>
Attention attention(const nlp::tensor::Tensor& query, const nlp::tensor::Tensor& key,
                    const nlp::tensor::Tensor& value, std::int64_t heads, double scale, Term term) {
  const auto tokens = query.rows(), keys = key.rows(), hidden = query.shape()[1],
             size = hidden / heads;
  Attention out{Values(tokens * hidden), Values(heads * tokens * keys)};
  for (std::int64_t h = 0; h < heads; ++h)
    for (std::int64_t i = 0; i < tokens; ++i) {
      double* share = &out.probabilities[(h * tokens + i) * keys];
      double sum = 0;
      for (std::int64_t j = 0; j < keys; ++j) {
        double score = 0;
        for (std::int64_t k = 0; k < size; ++k)
          score += double{query.row(i)[h * size + k]} * double{key.row(j)[h * size + k]};
        sum += share[j] = std::exp(score * scale + term(h, i, j));
      }
      for (std::int64_t j = 0; j < keys; ++j) {
        share[j] /= sum;
        for (std::int64_t k = 0; k < size; ++k)
          out.context[i * hidden + h * size + k] += share[j] * double{value.row(j)[h * size + k]};
      }
    }
  return out;
}

// Columns [first, first + count) of a matrix.
inline nlp::tensor::Tensor columns(const nlp::tensor::Tensor& src, std::int64_t first,
                                   std::int64_t count) {
  nlp::tensor::Tensor dst({src.rows(), count});
  for (std::int64_t n = 0; n < src.rows(); ++n)
    for (std::int64_t k = 0; k < count; ++k) dst.row(n)[k] = src.row(n)[first + k];
  return dst;
}

}  // namespace reference
