// Reads the parts of a model from a checkpoint by a family's names.
#pragma once
#include <fmt/format.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_store.hpp"
#include "checkpoint/checkpoint.hpp"
#include "dnn/embedding.hpp"
#include "dnn/layer_norm.hpp"
#include "dnn/linear.hpp"
#include "model/config.hpp"

namespace nlp::model {

class Weights {
 public:
  // `prefix` stands before the encoder's names unless the checkpoint holds them without it;
  // `probe` is a name every encoder has.
  // config.optional_biases: a module without a bias in the file has none; else that is an error.
  Weights(const checkpoint::Checkpoint& checkpoint, const dnn::Device& device,
          std::string_view prefix, std::string_view probe, const Config& config)
      : checkpoint_(checkpoint),
        device_(device),
        optional_biases_(config.optional_biases),
        centered_norms_(!config.rms_norm) {
    if (!has(fmt::format("{}.weight", probe))) prefix_ = prefix;
  }

  // The same weights, whose layers keep what they pack in `store`.
  Weights in(ByteStore& store) const {
    Weights other = *this;
    other.store_ = &store;
    return other;
  }

  std::string encoder_name(std::string_view name) const { return prefix_ + std::string(name); }

  bool has(std::string_view tensor) const { return checkpoint_.find(tensor) != nullptr; }
  bool has_module(std::string_view module) const { return has(fmt::format("{}.weight", module)); }

  const tensor::TensorView& tensor(const std::string& name, const tensor::Shape& shape) const {
    return checkpoint_.require(name, shape);
  }

  // Whether a module of this name must or does have a bias.
  bool has_bias(const std::string& module) const {
    return !optional_biases_ || has(module + ".bias");
  }

  // Modules of the same inputs, stacked into one layer of sum(outputs).
  dnn::Linear linear(const std::vector<std::string>& modules, std::int64_t outputs_each,
                     std::int64_t inputs, const dnn::LinearOptions& options = {}) const {
    std::vector<tensor::TensorView> weights, bias;
    for (const auto& module : modules) {
      weights.push_back(tensor(module + ".weight", {outputs_each, inputs}));
      if (has_bias(modules.front())) bias.push_back(tensor(module + ".bias", {outputs_each}));
    }
    return linear(weights, bias, options);
  }
  // The same of any views; see dnn::Linear.
  dnn::Linear linear(std::span<const tensor::TensorView> weights,
                     std::span<const tensor::TensorView> bias,
                     const dnn::LinearOptions& options = {}) const {
    // A layer is known by where in the checkpoint its weights lie.
    dnn::Packing packing{
        .store = store_, .name = {}, .forget = [this](auto values) { checkpoint_.forget(values); }};
    for (const auto& part : weights) {
      const auto place = checkpoint_.place(part);
      if (!place) packing.store = nullptr;
      packing.name += place.value_or("") + " ";
    }
    return dnn::Linear(device_, weights, bias, options, packing);
  }

  // One of `parts` layers that lie stacked in a module of parts * outputs rows.
  dnn::Linear linear_part(const std::string& module, std::int64_t part, std::int64_t parts,
                          std::int64_t outputs, std::int64_t inputs,
                          const dnn::LinearOptions& options = {}) const {
    const auto slice = [&](tensor::TensorView view) {
      const auto bytes = view.bytes() / static_cast<std::size_t>(parts);
      view.shape.front() = outputs;
      view.data += static_cast<std::size_t>(part) * bytes;
      if (view.row_scales != nullptr) view.row_scales += part * outputs;
      return view;
    };
    const auto weights = slice(tensor(module + ".weight", {parts * outputs, inputs}));
    if (!has_bias(module)) return linear({&weights, 1}, {}, options);
    const auto bias = slice(tensor(module + ".bias", {parts * outputs}));
    return linear({&weights, 1}, {&bias, 1}, options);
  }

  dnn::LayerNorm layer_norm(const std::string& module, std::int64_t size, float epsilon) const {
    tensor::Tensor shift =
        has_bias(module) ? vector(module + ".bias", size) : tensor::Tensor::zeros({size});
    return {vector(module + ".weight", size), std::move(shift), epsilon, centered_norms_};
  }

  dnn::Embedding embedding(const std::string& module, std::int64_t rows, std::int64_t size) const {
    return dnn::Embedding(tensor(module + ".weight", {rows, size}));
  }

  tensor::Tensor vector(const std::string& name, std::int64_t size) const {
    tensor::Tensor values({size});
    tensor::to_f32(tensor(name, {size}), 0, values.values());
    return values;
  }

 private:
  const checkpoint::Checkpoint& checkpoint_;
  const dnn::Device& device_;
  bool optional_biases_, centered_norms_;
  std::string prefix_;
  ByteStore* store_ = nullptr;
};

}  // namespace nlp::model
