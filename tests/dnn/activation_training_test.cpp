#include "dnn/activation_training.hpp"

#include <cmath>
#include <cstring>
#include <functional>
#include <numbers>
#include <vector>

#include "reference/training.hpp"
#include "support/catch.hpp"
#include "support/stored.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;
using reference::Values;

namespace {

constexpr Activation kAll[] = {Activation::none, Activation::gelu_erf, Activation::gelu_tanh,
                               Activation::relu, Activation::silu,     Activation::tanh};

double naive(Activation activation, double x) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::gelu_erf:
      return x / 2 * (1 + std::erf(x / std::numbers::sqrt2));
    case Activation::gelu_tanh:
      return x / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::silu:
      return x / (1 + std::exp(-x));
    case Activation::tanh:
      return std::tanh(x);
  }
  return 0;
}

double naive_slope(Activation activation, double x) {
  return (naive(activation, x + 1e-5) - naive(activation, x - 1e-5)) / 2e-5;
}

// gelu_erf's Φ is a fit; see dnn/activation-inl.hpp.
double tolerance(Activation activation) { return activation == Activation::gelu_erf ? 1e-4 : 2e-6; }

}  // namespace

TEST_CASE("activations and their derivatives are the naive ones for every width", "[dnn]") {
  for (const Activation activation : kAll)
    for (const std::int64_t width : {1, 7, 16, 33, 200}) {
      INFO(static_cast<int>(activation));
      const Tensor src = reference::random({4, width}, 1, 3),
                   diff = reference::random({4, width}, 2);
      StoredRows dst, derivative, diff_src;
      activate_forward(activation, ComputeType::f32, matrix(src), dst, derivative);
      std::vector<float> sums(static_cast<std::size_t>(width), 0.5f);
      activate_backward(matrix(diff), derivative, diff_src, sums);
      Values values, slopes, diffs, columns(static_cast<std::size_t>(width), 0.5);
      for (std::int64_t k = 0; k < src.size(); ++k) {
        values.push_back(naive(activation, double{src.data()[k]}));
        slopes.push_back(naive_slope(activation, double{src.data()[k]}));
        diffs.push_back(slopes.back() * double{diff.data()[k]});
        columns[static_cast<std::size_t>(k % width)] += diffs.back();
      }
      CHECK(reference::apart(stored::values(dst), values) < tolerance(activation));
      CHECK(reference::apart(stored::values(derivative), slopes) < tolerance(activation));
      CHECK(reference::apart(stored::values(diff_src), diffs) < 2 * tolerance(activation));
      CHECK(reference::apart(sums, columns) < 5 * tolerance(activation));
      CHECK(stored::rest_is_zero(dst));
      CHECK(stored::rest_is_zero(diff_src));
    }
}

TEST_CASE("gated activations and their derivatives are the naive ones", "[dnn]") {
  for (const Activation activation : kAll)
    for (const std::int64_t width : {1, 16, 37}) {
      INFO(static_cast<int>(activation));
      const Tensor src = reference::random({3, 2 * width}, 1, 2),
                   diff = reference::random({3, width}, 2);
      StoredRows dst, derivative, diff_src;
      activate_gated_forward(activation, ComputeType::f32, matrix(src), dst, derivative);
      std::vector<float> sums(static_cast<std::size_t>(2 * width));
      activate_backward(matrix(diff), derivative, diff_src, sums);
      Values values, diffs(static_cast<std::size_t>(src.size())),
          columns(static_cast<std::size_t>(2 * width));
      for (std::int64_t n = 0; n < 3; ++n)
        for (std::int64_t k = 0; k < width; ++k) {
          const double a = src.row(n)[k], b = src.row(n)[width + k], g = diff.row(n)[k];
          values.push_back(naive(activation, a) * b);
          diffs[n * 2 * width + k] = g * naive_slope(activation, a) * b;
          diffs[n * 2 * width + width + k] = g * naive(activation, a);
          columns[k] += diffs[n * 2 * width + k];
          columns[width + k] += diffs[n * 2 * width + width + k];
        }
      CHECK(reference::apart(stored::values(dst), values) < 5 * tolerance(activation));
      CHECK(reference::apart(stored::values(diff_src), diffs) < 5 * tolerance(activation));
      CHECK(reference::apart(sums, columns) < 10 * tolerance(activation));
    }
}

TEST_CASE("activations far from 0 are their limits, not NaN", "[dnn]") {
  const std::vector<float> far = {-1e30f, -1e4f, -100, 100, 1e4f};
  for (const Activation activation : kAll) {
    INFO(static_cast<int>(activation));
    StoredRows dst, derivative;
    activate_forward(activation, ComputeType::f32, {far.data(), 1, 5, 5}, dst, derivative);
    const auto values = stored::values(dst), slopes = stored::values(derivative);
    for (std::size_t k = 1; k < 5; ++k) {
      const double margin = 5e-6 * std::abs(double{far[k]});
      CHECK(values[k] == Approx(naive(activation, double{far[k]})).margin(margin));
      const bool straight = activation == Activation::none;
      const double slope = straight ? 1 : activation == Activation::tanh ? 0 : far[k] > 0 ? 1 : 0;
      CHECK(slopes[k] == Approx(slope).margin(5e-6));
    }
    CHECK(std::isfinite(values[0]));
  }
}

TEST_CASE("activations as bfloat16 are those of float32, rounded", "[dnn]") {
  const Tensor src = reference::random({5, 37}, 1, 2), diff = reference::random({5, 37}, 2);
  for (const Activation activation : kAll) {
    StoredRows dst, derivative, rounded, rounded_derivative, diff_src;
    activate_forward(activation, ComputeType::f32, matrix(src), dst, derivative);
    activate_forward(activation, ComputeType::bf16, matrix(src), rounded, rounded_derivative);
    CHECK(stored::values(rounded) == stored::rounded(stored::values(dst)));
    CHECK(stored::values(rounded_derivative) == stored::rounded(stored::values(derivative)));
    activate_backward(matrix(diff), rounded_derivative, diff_src, {});
    std::vector<float> products = stored::values(rounded_derivative);
    for (std::size_t k = 0; k < products.size(); ++k) products[k] *= diff.data()[k];
    CHECK(stored::values(diff_src) == stored::rounded(products));
    CHECK(stored::rest_is_zero(diff_src));
  }
}
