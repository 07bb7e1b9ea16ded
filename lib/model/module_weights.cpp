#include "model/module_weights.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/error.hpp"

namespace nlp::model {
namespace {

tensor::TensorView view(const tensor::Tensor& tensor) {
  return {tensor::DType::f32, tensor.shape(), reinterpret_cast<const std::byte*>(tensor.data())};
}

[[noreturn]] void wrong_shape(const std::string& name, const std::string& expected,
                              const tensor::Tensor& got) {
  throw Error(Kind::model, fmt::format("{}: wrong shape (expected {}, got {})", name, expected,
                                       tensor::to_string(got.shape())));
}

}  // namespace

const tensor::Tensor* ModuleWeights::find(std::string_view name) const {
  const auto found = tensors_.find(prefix_ + std::string(name));
  return found == tensors_.end() ? nullptr : &found->second;
}

const tensor::Tensor& ModuleWeights::require(std::string_view name, std::size_t axes) const {
  const std::string whole = prefix_ + std::string(name);
  const auto* found = find(name);
  if (found == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& row : tensors_) names.push_back(row.first);
    throw Error(Kind::model,
                fmt::format("no weights {}; there are: {}", whole,
                            names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
  }
  if (found->shape().size() != axes) wrong_shape(whole, fmt::format("{} axes", axes), *found);
  return *found;
}

const tensor::Tensor& ModuleWeights::require(std::string_view name,
                                             const tensor::Shape& shape) const {
  const auto& found = require(name, shape.size());
  if (found.shape() != shape)
    wrong_shape(prefix_ + std::string(name), tensor::to_string(shape), found);
  return found;
}

dnn::Linear ModuleWeights::linear(const dnn::Device& device, std::string_view weight,
                                  std::string_view bias, std::int64_t outputs, std::int64_t inputs,
                                  dnn::Activation activation) const {
  const std::vector<tensor::TensorView> weights = {view(require(weight, {outputs, inputs}))};
  std::vector<tensor::TensorView> biases;
  if (find(bias) != nullptr) biases.push_back(view(require(bias, tensor::Shape{outputs})));
  return dnn::Linear(device, weights, biases, {.activation = activation});
}

dnn::LayerNorm ModuleWeights::layer_norm(const std::string& module, std::int64_t size,
                                         float epsilon) const {
  const auto copy = [&](const tensor::Tensor& src) {
    tensor::Tensor dst({size});
    std::ranges::copy(src.values(), dst.data());
    return dst;
  };
  const std::string bias = module + ".bias";
  return {copy(require(module + ".weight", tensor::Shape{size})),
          find(bias) ? copy(require(bias, tensor::Shape{size})) : tensor::Tensor::zeros({size}),
          epsilon};
}

void ModuleWeights::refuse_others(std::initializer_list<std::string_view> names) const {
  for (const auto& row : tensors_) {
    const std::string_view name = row.first;
    const bool known = name.starts_with(prefix_) &&
                       std::ranges::find(names, name.substr(prefix_.size())) != names.end();
    if (!known)
      throw Error(Kind::model, fmt::format("{}: weights that are not used (expected {}{}); rename "
                                           "them or leave them out",
                                           name, prefix_.empty() ? "" : prefix_ + "…: ",
                                           fmt::join(names, ", ")));
  }
}

}  // namespace nlp::model
