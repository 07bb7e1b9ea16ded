// A Transformer encoder block, text by text and number by number, in double.
#pragma once
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "reference/dnn.hpp"
#include "tensor/named_tensors.hpp"

namespace reference {

// Random weights with the names of PyTorch's TransformerEncoderLayer.
inline nlp::tensor::NamedTensors block_weights(std::int64_t hidden, std::int64_t inner,
                                               unsigned seed) {
  nlp::tensor::NamedTensors weights;
  const auto add = [&](const std::string& name, nlp::tensor::Shape shape, float mean = 0) {
    const float spread = 1 / std::sqrt(static_cast<float>(shape.back()));
    auto& values = weights[name] = random(std::move(shape), ++seed, spread);
    for (float& value : values.values()) value += mean;
  };
  add("self_attn.in_proj_weight", {3 * hidden, hidden});
  add("self_attn.in_proj_bias", {3 * hidden});
  add("self_attn.out_proj.weight", {hidden, hidden});
  add("self_attn.out_proj.bias", {hidden});
  add("linear1.weight", {inner, hidden});
  add("linear1.bias", {inner});
  add("linear2.weight", {hidden, inner});
  add("linear2.bias", {hidden});
  add("norm1.weight", {hidden}, 1);
  add("norm1.bias", {hidden});
  add("norm2.weight", {hidden}, 1);
  add("norm2.bias", {hidden});
  return weights;
}

inline double relu(double x) { return std::max(x, 0.0); }
inline double gelu(double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }

inline nlp::tensor::Tensor tensor_of(const Values& values, nlp::tensor::Shape shape) {
  nlp::tensor::Tensor tensor(std::move(shape));
  std::copy(values.begin(), values.end(), tensor.data());
  return tensor;
}

// One text [T,H]; `hidden_keys` [T]: not 0 for tokens that nothing sees.
inline Values encoder_block(const nlp::tensor::NamedTensors& weights,
                            const nlp::tensor::Tensor& text, std::int64_t heads, bool pre_norm,
                            double (*f)(double), const std::vector<int>& hidden_keys) {
  using nlp::tensor::Tensor;
  const auto tokens = text.rows(), hidden = text.shape()[1];
  const auto bias = [&](const std::string& name) -> const Tensor& {
    static const Tensor kNone;
    const auto found = weights.find(name);
    return found == weights.end() ? kNone : found->second;
  };
  const auto normed = [&](const Tensor& rows, const std::string& name) {
    Values all;
    for (std::int64_t n = 0; n < tokens; ++n) {
      const Values row(rows.row(n).begin(), rows.row(n).end());
      for (const double value : layer_norm(row, weights.at(name + ".weight").data(),
                                           weights.at(name + ".bias").data(), 1e-5, true))
        all.push_back(value);
    }
    return tensor_of(all, rows.shape());
  };
  const auto plain = [](double x) { return x; };
  const auto attend = [&](const Tensor& rows) {
    const Tensor qkv = tensor_of(
        linear(rows, weights.at("self_attn.in_proj_weight"), bias("self_attn.in_proj_bias"), plain),
        {tokens, 3 * hidden});
    const auto term = [&](auto, auto, std::int64_t key) {
      return hidden_keys[static_cast<std::size_t>(key)] ? -std::numeric_limits<double>::infinity()
                                                        : 0.0;
    };
    const auto attended = attention(columns(qkv, 0, hidden), columns(qkv, hidden, hidden),
                                    columns(qkv, 2 * hidden, hidden), heads,
                                    1 / std::sqrt(static_cast<double>(hidden / heads)), term);
    return linear(tensor_of(attended.context, {tokens, hidden}),
                  weights.at("self_attn.out_proj.weight"), bias("self_attn.out_proj.bias"), plain);
  };
  const auto feed = [&](const Tensor& rows) {
    const auto& first = weights.at("linear1.weight");
    return linear(tensor_of(linear(rows, first, bias("linear1.bias"), f), {tokens, first.rows()}),
                  weights.at("linear2.weight"), bias("linear2.bias"), plain);
  };
  Tensor x = tensor_of(Values(text.values().begin(), text.values().end()), text.shape());
  const auto part = [&](const auto& run, const std::string& norm) {
    const Values sum = pre_norm ? run(normed(x, norm)) : run(x);
    for (std::size_t k = 0; k < sum.size(); ++k) x.data()[k] += static_cast<float>(sum[k]);
    if (!pre_norm) x = normed(x, norm);
  };
  part(attend, "norm1");
  part(feed, "norm2");
  return {x.values().begin(), x.values().end()};
}

}  // namespace reference
