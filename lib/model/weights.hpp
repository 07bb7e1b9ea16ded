// Reads the parts of a model from a checkpoint by a family's names.
#pragma once
#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint.hpp"
#include "dnn/embedding.hpp"
#include "dnn/layer_norm.hpp"
#include "dnn/linear.hpp"

namespace nlp::model {

class Weights {
 public:
  // `prefix` stands before the encoder's names unless the checkpoint holds them without it;
  // `probe` is a name every encoder has.
  Weights(const checkpoint::Checkpoint& checkpoint, const dnn::Device& device,
          std::string_view prefix, std::string_view probe)
      : checkpoint_(checkpoint), device_(device) {
    if (!has(fmt::format("{}.weight", probe))) prefix_ = prefix;
  }

  std::string encoder_name(std::string_view name) const { return prefix_ + std::string(name); }

  bool has(std::string_view tensor) const { return checkpoint_.find(tensor) != nullptr; }
  bool has_module(std::string_view module) const { return has(fmt::format("{}.weight", module)); }

  const tensor::TensorView& tensor(const std::string& name, const tensor::Shape& shape) const {
    return checkpoint_.require(name, shape);
  }

  // Modules of the same inputs, stacked into one layer of sum(outputs).
  dnn::Linear linear(const std::vector<std::string>& modules, std::int64_t outputs_each,
                     std::int64_t inputs,
                     dnn::Activation activation = dnn::Activation::none) const {
    std::vector<tensor::TensorView> weights, bias;
    for (const auto& module : modules) {
      weights.push_back(tensor(module + ".weight", {outputs_each, inputs}));
      bias.push_back(tensor(module + ".bias", {outputs_each}));
    }
    return dnn::Linear(device_, weights, bias, activation);
  }

  dnn::LayerNorm layer_norm(const std::string& module, std::int64_t size, float epsilon) const {
    return {vector(module + ".weight", size), vector(module + ".bias", size), epsilon};
  }

  dnn::Embedding embedding(const std::string& module, std::int64_t rows, std::int64_t size) const {
    return dnn::Embedding(tensor(module + ".weight", {rows, size}));
  }

  tensor::Tensor vector(const std::string& name, std::int64_t size) const {
    tensor::Tensor values({size});
    tensor::to_f32(tensor(name, {size}), 0, values.values());
    return values;
  }

  const dnn::Device& device() const { return device_; }

 private:
  const checkpoint::Checkpoint& checkpoint_;
  const dnn::Device& device_;
  std::string prefix_;
};

}  // namespace nlp::model
