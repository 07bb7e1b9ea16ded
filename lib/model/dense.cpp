#include "model/dense.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
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
constexpr Named kActivations[] = {
    {"Identity", [](float x) { return x; }},
    {"Tanh", [](float x) { return std::tanh(x); }},
    {"ReLU", [](float x) { return std::max(x, 0.0f); }},
    {"GELU", [](float x) { return 0.5f * x * (1 + std::erf(x * 0.70710678f)); }},
    {"SiLU", [](float x) { return x / (1 + std::exp(-x)); }},
    {"Sigmoid", [](float x) { return 1 / (1 + std::exp(-x)); }},
};

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
  if (const auto found = config.find("use_residual");
      found != config.end() && *found != false && !found->is_null())
    fail("use_residual is not supported");
  const auto activation = config.find("activation_function");
  std::string name = "Tanh";  // the module's default
  if (activation != config.end() && activation->is_string()) name = activation->get<std::string>();
  name = name.substr(name.rfind('.') + 1);
  const auto row = std::ranges::find(kActivations, name, &Named::name);
  if (row == std::end(kActivations))
    fail(fmt::format("activation_function {} is not supported", name));
  dense.activation_ = row->function;
  const auto checkpoint = checkpoint::Checkpoint::open(directory);
  dense.weight_ = read(checkpoint, "linear.weight", {dense.outputs_, dense.inputs_});
  const auto bias = config.find("bias");
  if (bias == config.end() || *bias != false)
    dense.bias_ = read(checkpoint, "linear.bias", {dense.outputs_});
  return dense;
}

std::vector<float> Dense::operator()(std::span<const float> src) const {
  std::vector<float> dst(static_cast<std::size_t>(outputs_));
  for (std::size_t m = 0; m < dst.size(); ++m) {
    const float sum = dot(weight_.data() + m * src.size(), src.data(), inputs_);
    dst[m] = activation_(bias_.empty() ? sum : sum + bias_[m]);
  }
  return dst;
}

}  // namespace nlp::model
