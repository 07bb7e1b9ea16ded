// Reads the parts of a PyTorch module from its state_dict.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include "dnn/layer_norm.hpp"
#include "dnn/linear.hpp"
#include "tensor/named_tensors.hpp"

namespace nlp::model {

class ModuleWeights {
 public:
  // `prefix` stands before all names that are asked for.  Both are looked at while reading only.
  explicit ModuleWeights(const tensor::NamedTensors& tensors, std::string prefix = "")
      : tensors_(tensors), prefix_(std::move(prefix)) {}

  // The same tensors with more before their names.
  ModuleWeights below(const std::string& more) const {
    return ModuleWeights(tensors_, prefix_ + more);
  }

  // The tensor, or null.
  const tensor::Tensor* find(std::string_view name) const;
  // The tensor, which must have so many axes.
  // Throws Error{model} `no weights NAME; there are: …` or `NAME: shape (expected, got)`.
  const tensor::Tensor& require(std::string_view name, std::size_t axes) const;
  const tensor::Tensor& require(std::string_view name, const tensor::Shape& shape) const;

  // weight [M,K] and, where it is there, bias [M].
  dnn::Linear linear(const dnn::Device& device, std::string_view weight, std::string_view bias,
                     std::int64_t outputs, std::int64_t inputs,
                     dnn::Activation activation = dnn::Activation::none) const;
  // MODULE.weight [H] and, where it is there, MODULE.bias [H].
  dnn::LayerNorm layer_norm(const std::string& module, std::int64_t size, float epsilon) const;

  // Throws Error{model} where there is a tensor of another name: a slip in the name of a bias would
  // be no bias.
  void refuse_others(std::initializer_list<std::string_view> names) const;

 private:
  const tensor::NamedTensors& tensors_;
  std::string prefix_;
};

}  // namespace nlp::model
