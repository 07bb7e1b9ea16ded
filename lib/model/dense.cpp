#include "model/dense.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"
#include "checkpoint/checkpoint.hpp"

namespace nlp::model {
namespace {

struct Named {
  std::string_view name;  // the last part of the class's path
  float (*function)(float);
};
constexpr Named kTorchActivations[] = {
    {"Identity", [](float x) { return x; }},
    {"Tanh", [](float x) { return std::tanh(x); }},
    {"ReLU", [](float x) { return std::max(x, 0.0f); }},
    {"GELU", [](float x) { return 0.5f * x * (1 + std::erf(x * 0.70710678f)); }},
    {"SiLU", [](float x) { return x / (1 + std::exp(-x)); }},
    {"Sigmoid", [](float x) { return 1 / (1 + std::exp(-x)); }},
};

using Fail = std::function<void(const std::string&)>;  // throws

// Eight sums side by side, so that the compiler may use vectors without changing a result.
float dot(const float* left, const float* right, std::int64_t count) {
  constexpr std::int64_t kLanes = 8;
  std::array<float, kLanes> sums{};
  std::int64_t k = 0;
  for (; k + kLanes <= count; k += kLanes)
    for (std::int64_t lane = 0; lane < kLanes; ++lane)
      sums[static_cast<std::size_t>(lane)] += left[k + lane] * right[k + lane];
  float sum =
      ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
  for (; k < count; ++k) sum += left[k] * right[k];
  return sum;
}

std::vector<float> read(const checkpoint::Checkpoint& checkpoint, const std::string& name,
                        const tensor::Shape& shape) {
  const tensor::TensorView& view = checkpoint.require(name, shape);
  std::vector<float> values(static_cast<std::size_t>(tensor::count(shape)));
  tensor::to_f32(view, 0, values);
  return values;
}

// The class that is named whole, as `torch.nn.modules.linear.Identity`.
float (*read_activation(const Json& config, const Fail& fail))(float) {
  const auto found = config.find("activation_function");
  std::string name = "torch.nn.modules.activation.Tanh";  // the module's default
  if (found != config.end() && !found->is_null()) {
    if (!found->is_string()) fail("activation_function is not a string");
    name = found->get<std::string>();
  }
  const auto row = std::ranges::find(
      kTorchActivations, std::string_view(name).substr(name.rfind('.') + 1), &Named::name);
  if (row == std::end(kTorchActivations) || !name.starts_with("torch."))
    fail(fmt::format("activation_function {} is not supported", name));
  return row->function;
}

}  // namespace

Dense Dense::open(const std::filesystem::path& directory) {
  const auto file = directory / "config.json";
  const Json config = read_json(file);
  const auto fail = [&](const std::string& what) {
    throw Error(Kind::model, fmt::format("{}: {}", file.string(), what));
  };
  const auto size = [&](const char* key) {
    const auto found = config.find(key);
    if (found == config.end() || !found->is_number_integer() || found->get<std::int64_t>() < 1 ||
        found->get<std::int64_t>() > (1 << 20))
      fail(fmt::format("{} (expected a size)", key));
    return found->get<std::int64_t>();
  };
  Dense dense;
  dense.inputs_ = size("in_features");
  dense.outputs_ = size("out_features");
  const auto flag = [&](const char* key, bool standard) {
    const auto found = config.find(key);
    if (found == config.end() || found->is_null()) return standard;
    if (!found->is_boolean()) fail(fmt::format("{} is not true or false", key));
    return found->get<bool>();
  };
  // Other places in the pipeline than the pooled vector.
  for (const char* key : {"module_input_name", "module_output_name"})
    if (const auto found = config.find(key);
        found != config.end() && !found->is_null() &&
        (!found->is_string() || found->get<std::string>() != "sentence_embedding"))
      fail(fmt::format("{} {} is not supported (only \"sentence_embedding\")", key, found->dump()));
  dense.activation_ = read_activation(config, fail);
  const auto checkpoint = checkpoint::Checkpoint::open(directory);
  dense.weight_ = read(checkpoint, "linear.weight", {dense.outputs_, dense.inputs_});
  if (flag("bias", true)) dense.bias_ = read(checkpoint, "linear.bias", {dense.outputs_});
  dense.adds_source_ = flag("use_residual", false);
  if (dense.adds_source_ && dense.inputs_ != dense.outputs_)
    dense.residual_ = read(checkpoint, "residual.weight", {dense.outputs_, dense.inputs_});
  return dense;
}

std::vector<float> Dense::operator()(std::span<const float> src) const {
  std::vector<float> dst(static_cast<std::size_t>(outputs_));
  for (std::size_t m = 0; m < dst.size(); ++m) {
    const float sum = dot(weight_.data() + m * src.size(), src.data(), inputs_);
    dst[m] = activation_(bias_.empty() ? sum : sum + bias_[m]);
    if (!adds_source_) continue;
    dst[m] +=
        residual_.empty() ? src[m] : dot(residual_.data() + m * src.size(), src.data(), inputs_);
  }
  return dst;
}

}  // namespace nlp::model
