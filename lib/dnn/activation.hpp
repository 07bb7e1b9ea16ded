// Elementwise functions that can follow a product.
#pragma once
#include <cstdint>

namespace nlp::dnn {

// Source: oneDNN's eltwise algorithms; gelu_erf is x Φ(x) (Hendrycks, Gimpel 2016,
// arXiv:1606.08415), gelu_tanh its approximation there.
enum class Activation : std::uint8_t { none, gelu_erf, gelu_tanh, relu, silu, tanh };

}  // namespace nlp::dnn
