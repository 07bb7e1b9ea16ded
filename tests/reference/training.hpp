// Naive versions of what training adds to the kernels, in double, with their gradients.  Gradients
// are held against slopes(), central differences of the forward versions.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <span>
#include <vector>

#include "reference/dnn.hpp"

namespace reference {

inline Values values_of(const nlp::tensor::Tensor& tensor) {
  return {tensor.data(), tensor.data() + tensor.size()};
}

// By how much f() changes with each value of x.
inline Values slopes(Values& x, const std::function<double()>& f) {
  constexpr double kStep = 1e-5;
  Values found;
  for (double& value : x) {
    const double middle = value;
    value = middle + kStep;
    const double above = f();
    value = middle - kStep;
    found.push_back((above - f()) / (2 * kStep));
    value = middle;
  }
  return found;
}

inline double dot(const Values& left, const Values& right) {
  double sum = 0;
  for (std::size_t k = 0; k < left.size(); ++k) sum += left[k] * right[k];
  return sum;
}

// The largest difference, as a part of the largest value (of 1 at least).
template <class Found>
double apart(const Found& found, const Values& expected) {
  double most = 0, largest = 1;
  if (found.size() != expected.size()) return HUGE_VAL;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const double difference = std::abs(double{found[k]} - expected[k]);
    most = difference <= most ? most : difference;  // a NaN stays
    largest = std::max(largest, std::abs(expected[k]));
  }
  return most / largest;
}

// A row through a norm; no shift where it is empty.
inline Values norm(const Values& x, const Values& scale, const Values& shift, double epsilon,
                   bool centered) {
  const auto size = static_cast<double>(x.size());
  double mean = 0, variance = 0;
  for (const double value : x) mean += centered ? value / size : 0;
  for (const double value : x) variance += (value - mean) * (value - mean) / size;
  Values dst;
  for (std::size_t k = 0; k < x.size(); ++k)
    dst.push_back((x[k] - mean) / std::sqrt(variance + epsilon) * scale[k] +
                  (shift.empty() ? 0 : shift[k]));
  return dst;
}

struct NormGradients {
  Values src, scale;  // that of the shift is diff itself
};

// By the whole Jacobian: d unit[k] / d x[j] = factor ([k = j] - centered / n - unit[k] unit[j] /
// n).
inline NormGradients norm_gradients(const Values& x, const Values& scale, const Values& diff,
                                    double epsilon, bool centered) {
  const Values unit = norm(x, Values(x.size(), 1), {}, epsilon, centered);
  const auto size = static_cast<double>(x.size());
  double mean = 0, variance = 0;
  for (const double value : x) mean += centered ? value / size : 0;
  for (const double value : x) variance += (value - mean) * (value - mean) / size;
  const double factor = 1 / std::sqrt(variance + epsilon);
  NormGradients found{Values(x.size()), Values(x.size())};
  for (std::size_t k = 0; k < x.size(); ++k) {
    found.scale[k] = diff[k] * unit[k];
    for (std::size_t j = 0; j < x.size(); ++j)
      found.src[j] += diff[k] * scale[k] * factor *
                      ((k == j ? 1.0 : 0.0) - (centered ? 1 / size : 0) - unit[k] * unit[j] / size);
  }
  return found;
}

// The loss of a row of logits, and its gradient.
struct Choice {
  double loss = 0;
  Values diff;
};

inline Choice cross_entropy(const Values& logits, std::size_t label, double smoothing,
                            const std::vector<std::uint8_t>& absent) {
  const auto there = [&](std::size_t c) { return absent.empty() || absent[c] == 0; };
  double most = -HUGE_VAL, sum = 0, classes = 0;
  for (std::size_t c = 0; c < logits.size(); ++c)
    if (there(c)) most = std::max(most, logits[c]);
  for (std::size_t c = 0; c < logits.size(); ++c)
    if (there(c)) {
      sum += std::exp(logits[c] - most);
      ++classes;
    }
  Choice found{most + std::log(sum), Values(logits.size())};
  for (std::size_t c = 0; c < logits.size(); ++c) {
    if (!there(c)) continue;
    const double target = (c == label ? 1 - smoothing : 0) + smoothing / classes;
    found.loss -= target * logits[c];
    found.diff[c] = std::exp(logits[c] - most) / sum - target;
  }
  return found;
}

// Attention: query [T,A*D], key and value [S,A*D].  factor(h, i, j) multiplies a probability:
// dropout; seen(i, j): whether the query sees the key.
struct NaiveAttention {
  std::size_t heads, size;
  double scale;
  std::function<bool(std::size_t, std::size_t)> seen;
  std::function<double(std::size_t, std::size_t, std::size_t)> factor;
};

// The probabilities of a head's query.
inline Values shares(const NaiveAttention& call, const Values& query, const Values& key,
                     std::size_t h, std::size_t i) {
  const std::size_t width = call.heads * call.size, keys = key.size() / width;
  Values share(keys);
  double most = -HUGE_VAL, sum = 0;
  for (std::size_t j = 0; j < keys; ++j) {
    for (std::size_t k = h * call.size; k < (h + 1) * call.size; ++k)
      share[j] += query[i * width + k] * key[j * width + k] * call.scale;
    if (call.seen(i, j)) most = std::max(most, share[j]);
  }
  for (std::size_t j = 0; j < keys; ++j)
    sum += share[j] = call.seen(i, j) ? std::exp(share[j] - most) : 0;
  for (double& value : share) value /= sum;
  return share;
}

inline Values attention(const NaiveAttention& call, const Values& query, const Values& key,
                        const Values& value) {
  const std::size_t width = call.heads * call.size, keys = key.size() / width;
  Values dst(query.size());
  for (std::size_t h = 0; h < call.heads; ++h)
    for (std::size_t i = 0; i < query.size() / width; ++i) {
      const Values share = shares(call, query, key, h, i);
      for (std::size_t j = 0; j < keys; ++j)
        for (std::size_t k = h * call.size; k < (h + 1) * call.size; ++k)
          dst[i * width + k] += share[j] * call.factor(h, i, j) * value[j * width + k];
    }
  return dst;
}

struct AttentionGradients {
  Values query, key, value;
};

inline AttentionGradients attention_gradients(const NaiveAttention& call, const Values& query,
                                              const Values& key, const Values& value,
                                              const Values& diff) {
  const std::size_t width = call.heads * call.size, keys = key.size() / width;
  AttentionGradients found{Values(query.size()), Values(key.size()), Values(value.size())};
  for (std::size_t h = 0; h < call.heads; ++h)
    for (std::size_t i = 0; i < query.size() / width; ++i) {
      const Values share = shares(call, query, key, h, i);
      Values slope(keys);  // of the loss by each probability
      double along = 0;
      for (std::size_t j = 0; j < keys; ++j) {
        const double factor = call.factor(h, i, j);
        for (std::size_t k = h * call.size; k < (h + 1) * call.size; ++k) {
          slope[j] += diff[i * width + k] * value[j * width + k] * factor;
          found.value[j * width + k] += share[j] * factor * diff[i * width + k];
        }
        along += share[j] * slope[j];
      }
      for (std::size_t j = 0; j < keys; ++j) {
        const double score = share[j] * (slope[j] - along) * call.scale;
        for (std::size_t k = h * call.size; k < (h + 1) * call.size; ++k) {
          found.query[i * width + k] += score * key[j * width + k];
          found.key[j * width + k] += score * query[i * width + k];
        }
      }
    }
  return found;
}

// Steps of AdamW of one number.
struct NaiveAdamW {
  double rate, beta1, beta2, epsilon, decay;
  double first = 0, second = 0, power1 = 1, power2 = 1;

  double step(double value, double gradient) {
    power1 *= beta1;
    power2 *= beta2;
    first = beta1 * first + (1 - beta1) * gradient;
    second = beta2 * second + (1 - beta2) * gradient * gradient;
    value -= rate * decay * value;
    return value - rate * (first / (1 - power1)) / (std::sqrt(second / (1 - power2)) + epsilon);
  }
};

}  // namespace reference
