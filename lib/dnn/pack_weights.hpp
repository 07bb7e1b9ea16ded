// What a linear layer makes of a checkpoint's weights: numbers of its type, in the layout of its
// matmul.  For the sources of this room only.  Legend: K inputs, M outputs.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "dnn/layer_norm.hpp"
#include "dnn/packed_matmul.hpp"
#include "tensor/tensor.hpp"

namespace nlp::dnn {

// The parts one behind the other, as float32.
tensor::Tensor gather(std::span<const tensor::TensorView> parts);

// What turns bytes back into numbers; all empty where the weights are no bytes.
struct ByteScales {
  std::span<const float> outputs;      // [M], of the weights
  std::span<const float> totals;       // [M], see IntegerSums
  std::span<const float> src_factors;  // [K], for quantize(); empty: 1
};

// Weights may be rounded to a type and computed with in another, on a machine that cannot multiply
// the first.
//
// Behind a norm the inputs of a layer differ much, and the few large ones would take the bytes of a
// row for themselves.  The norm's scale and shift tell how large: input k is divided by
// sqrt(magnitude[k] / root mean square of weights[:,k]), and the weights are multiplied by it.
// Of layers stacked into one the last one's weights count: values, whose errors a softmax does not
// dampen as it does those of queries and keys.
// Source: Xiao et al. 2022, arXiv:2211.10438, equation 4 with α = 1/2, where magnitudes are
// measured on texts and the largest weight counts; on all-MiniLM-L6-v2 the error of the last
// layer's rows falls by a fifth, and does not with the largest of all stacked weights.
class WeightPacker {
 public:
  // `matmul` and what `weights` looks at outlive this.  src_norm: the norm whose rows come in, or
  // null.
  WeightPacker(const PackedMatmul& matmul, ComputeType rounded,
               std::span<const tensor::TensorView> weights, const LayerNorm* src_norm);

  // What two ways to pack the same weights differ in, and how much memory it takes.
  std::string name() const;
  std::size_t bytes() const;

  // Writes bytes() at `dst`, 64-byte aligned.  `done` may be empty, see Packing::forget.
  void pack(std::byte* dst, const std::function<void(std::span<const std::byte>)>& done) const;

  // Those of what pack() wrote.
  ByteScales scales(const std::byte* packed) const;

 private:
  bool smooth() const;
  void pack_bytes(tensor::Tensor& values, std::byte* dst) const;

  const PackedMatmul& matmul_;
  ComputeType rounded_;
  std::span<const tensor::TensorView> weights_;
  const LayerNorm* src_norm_;
};

}  // namespace nlp::dnn
