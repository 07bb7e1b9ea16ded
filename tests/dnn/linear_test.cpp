#include "dnn/linear.hpp"

#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <vector>

#include "dnn/convert_rows.hpp"
#include "reference/dnn.hpp"
#include "support/catch.hpp"

using nlp::dnn::Activation;
using nlp::dnn::ComputeType;
using nlp::dnn::Device;
using nlp::dnn::Linear;
using nlp::dnn::matrix;
using nlp::dnn::Workspace;
using nlp::tensor::Tensor;

namespace {
constexpr ComputeType kTypes[] = {ComputeType::f32, ComputeType::bf16, ComputeType::int8};

const std::map<Activation, std::function<double(double)>> kActivations = {
    {Activation::none, [](double x) { return x; }},
    {Activation::gelu_erf, [](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; }},
    {Activation::gelu_tanh,
     [](double x) {
       return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
     }},
    {Activation::relu, [](double x) { return x > 0 ? x : 0; }},
    {Activation::silu, [](double x) { return x / (1 + std::exp(-x)); }},
    {Activation::tanh, [](double x) { return std::tanh(x); }},
};

Linear make(const Device& device, const Tensor& weights, const Tensor& bias,
            Activation activation) {
  const auto weights_view = reference::view(weights), bias_view = reference::view(bias);
  return Linear(device, {&weights_view, 1}, {&bias_view, 1}, {.activation = activation});
}
}  // namespace

TEST_CASE("a linear layer is the naive product, bias and activation included", "[dnn]") {
  const Device device;
  Workspace workspace(device, 1);
  for (const auto& [activation, f] : kActivations)
    for (const auto& [rows, inputs, outputs] :
         {std::tuple{1, 32, 64}, {7, 44, 93}, {33, 93, 44}, {5, 1, 3}}) {
      const auto src = reference::random({rows, inputs}, 1),
                 weights = reference::random({outputs, inputs}, 2, 0.3f),
                 bias = reference::random({outputs}, 3);
      Tensor dst({rows, outputs});
      make(device, weights, bias, activation).forward(matrix(src), matrix(dst), workspace);
      const auto expected = reference::linear(src, weights, bias, f);
      for (std::size_t k = 0; k < expected.size(); ++k)
        REQUIRE(std::abs(dst.values()[k] - expected[k]) < 1e-5 * (1 + std::abs(expected[k])));
    }
}

TEST_CASE("a bfloat16 or 8-bit linear layer is the naive product of rounded numbers", "[dnn]") {
  for (const ComputeType type : {ComputeType::bf16, ComputeType::int8}) {
    const Device device(type);
    // Where the machine cannot multiply such numbers, weights are rounded and rows are not.
    const bool narrow = device.used() == type;
    Workspace workspace(device, 1);
    for (const auto& [activation, f] : kActivations)
      for (const auto& [rows, inputs, outputs] :
           {std::tuple{1, 32, 64}, {7, 44, 93}, {33, 93, 74}, {5, 1, 65}, {300, 128, 512}}) {
        const auto src = reference::random({rows, inputs}, 1),
                   weights = reference::random({outputs, inputs}, 2, 0.3f),
                   bias = reference::random({outputs}, 3);
        Tensor dst({rows, outputs});
        make(device, weights, bias, activation).forward(matrix(src), matrix(dst), workspace);
        const bool bytes = type == ComputeType::int8;
        const auto rounded_weights =
            bytes ? reference::through_signed_bytes(weights) : reference::through_bf16(weights);
        const auto rounded_src =
            bytes ? reference::through_bytes(src) : reference::through_bf16(src);
        const auto expected =
            reference::linear(narrow ? rounded_src : src, rounded_weights, bias, f);
        // A number halfway between two bytes may go to either: a step of one of the inputs.
        const double step = bytes ? 0.03 : 1e-4;
        INFO(name_of(type) << ", " << rows << " rows, " << inputs << " to " << outputs);
        double errors = 0;
        for (std::size_t k = 0; k < expected.size(); ++k) {
          const double error = std::abs(dst.values()[k] - expected[k]);
          REQUIRE(error < step * (1 + std::abs(expected[k])));
          errors += error;
        }
        CHECK(errors / static_cast<double>(expected.size()) < 1e-3);
      }
  }
}

TEST_CASE("behind a norm bytes are shared out by its scale: large inputs do not drown the others",
          "[dnn]") {
  const Device device(ComputeType::int8);
  if (device.used() != ComputeType::int8) return;
  Workspace workspace(device, 1);
  constexpr int kRows = 50, kInputs = 96, kOutputs = 64;
  nlp::dnn::LayerNorm norm{Tensor({kInputs}), Tensor::zeros({kInputs}), 1e-12f, true};
  for (int k = 0; k < kInputs; ++k) norm.scale.data()[k] = k == 7 ? 50.0f : 0.5f;
  auto src = reference::random({kRows, kInputs}, 1);
  layer_norm(norm, matrix(src), matrix(src));
  auto weights = reference::random({kOutputs, kInputs}, 2, 0.1f);
  for (int m = 0; m < kOutputs; ++m) weights.row(m)[7] *= 0.01f;
  const auto expected = reference::linear(src, weights, {}, [](double x) { return x; });
  const auto error = [&](const nlp::dnn::LinearOptions& options) {
    const auto view = reference::view(weights);
    const Linear linear(device, {&view, 1}, {}, options);
    Tensor dst({kRows, kOutputs});
    linear.forward(matrix(src), matrix(dst), workspace);
    double sum = 0;
    for (std::size_t k = 0; k < expected.size(); ++k)
      sum += std::pow(dst.values()[k] - expected[k], 2);
    return std::sqrt(sum / static_cast<double>(expected.size()));
  };
  CHECK(error({.src_norm = &norm}) < error({}) / 5);
}

TEST_CASE("rows of bytes keep their ends and their zero", "[dnn]") {
  const Tensor src = reference::random({4, 21}, 1);
  Tensor rows({4, 21});
  std::copy(src.values().begin(), src.values().end(), rows.data());
  for (auto& value : rows.row(1)) value = 0;
  for (auto& value : rows.row(2)) value = std::abs(value);
  rows.row(3)[5] = 1000;
  std::vector<std::uint8_t> bytes(4 * 21);
  nlp::dnn::RowScale scales[4];
  nlp::dnn::quantize(matrix(rows), {}, bytes.data(), scales);
  for (int n = 0; n < 4; ++n)
    for (int k = 0; k < 21; ++k) {
      const float value =
          scales[n].scale * (static_cast<float>(bytes[n * 21 + k]) - scales[n].zero);
      CHECK(std::abs(value - rows.row(n)[k]) <= scales[n].scale * 0.501f);
    }
  CHECK(scales[2].zero == 0);
}

TEST_CASE("layers stacked into one give each layer's outputs side by side", "[dnn]") {
  const Device device;
  Workspace workspace(device, 1);
  const auto src = reference::random({3, 20}, 1);
  const Tensor parts[] = {reference::random({8, 20}, 2), reference::random({5, 20}, 3)};
  const nlp::tensor::TensorView views[] = {reference::view(parts[0]), reference::view(parts[1])};
  const Linear both(device, views, {});
  REQUIRE(both.outputs() == 13);
  Tensor dst({3, 13});
  both.forward(matrix(src), matrix(dst), workspace);
  const auto identity = [](double x) { return x; };
  const auto first = reference::linear(src, parts[0], {}, identity),
             second = reference::linear(src, parts[1], {}, identity);
  for (int n = 0; n < 3; ++n) {
    for (int m = 0; m < 8; ++m) CHECK(dst.row(n)[m] == Approx(first[n * 8 + m]).margin(1e-4));
    for (int m = 0; m < 5; ++m) CHECK(dst.row(n)[8 + m] == Approx(second[n * 5 + m]).margin(1e-4));
  }
}

TEST_CASE("a row of a linear layer has the same bytes in every batch and on every thread count",
          "[dnn]") {
  for (const ComputeType type : kTypes) {
    const Device device(type);
    Workspace one(device, 1), two(device, 2), seven(device, 7);
    for (const auto& [inputs, outputs] :
         {std::pair{384, 1536}, {1536, 384}, {3072, 160}, {44, 93}, {768, 30}, {1100, 2}}) {
      const auto src = reference::random({300, inputs}, 1),
                 weights = reference::random({outputs, inputs}, 2, 0.1f),
                 bias = reference::random({outputs}, 3);
      const Linear linear = make(device, weights, bias, Activation::gelu_erf);
      Tensor whole({300, outputs});
      linear.forward(matrix(src), matrix(whole), one);
      for (const std::int64_t rows :
           {1, 2, 3, 5, 6, 7, 15, 16, 17, 24, 30, 31, 36, 42, 47, 48, 49, 64, 100, 129, 299})
        for (Workspace* workspace : {&one, &two, &seven}) {
          Tensor part({rows, outputs});
          auto src_part = matrix(src);
          src_part.data += (300 - rows) * inputs;
          src_part.rows = rows;
          linear.forward(src_part, matrix(part), *workspace);
          INFO(name_of(type) << ", " << rows << " rows, " << inputs << " to " << outputs);
          REQUIRE(std::memcmp(part.data(), whole.row(300 - rows).data(),
                              part.size() * sizeof(float)) == 0);
        }
    }
  }
}

TEST_CASE("oneDNN never falls back to its reference kernel for our linear layers", "[dnn]") {
  for (const ComputeType type : kTypes) {
    const Device device(type);
    Workspace workspace(device, 1);
    for (const auto& [activation, f] : kActivations) {
      const auto weights = reference::random({384, 384}, 2), bias = reference::random({384}, 3);
      const Linear linear = make(device, weights, bias, activation);
      for (const std::int64_t rows : {1, 16, 500}) {
        INFO(linear.kernel(rows, workspace));
        CHECK(linear.kernel(rows, workspace).find("ref") == std::string::npos);
      }
    }
  }
}
