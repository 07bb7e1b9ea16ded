// A fully connected layer: dst[n,:] = f(src[n,:] · weightsᵀ + bias), f an activation or nothing.
// The weights are kept in the layout that oneDNN prefers, in the numbers that the device
// multiplies; rows are float32 and become such numbers on the way into the product.
// Layers of few outputs (classifiers) cost nothing and stay float32.
// Legend: N rows, K inputs, M outputs.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/byte_store.hpp"
#include "dnn/activation.hpp"
#include "dnn/device.hpp"
#include "dnn/layer_norm.hpp"
#include "dnn/matrix.hpp"
#include "tensor/tensor.hpp"

namespace nlp::dnn {

// Where a layer's packed weights are kept, so that they need not be packed again.
struct Packing {
  ByteStore* store = nullptr;  // outlives the layer; null: the layer keeps them itself
  std::string name;            // of the weights: others have another one, in all of the store
  // Called with parts of the weights that have been packed and will not be looked at again.
  std::function<void(std::span<const std::byte>)> forget;
};

struct LinearOptions {
  Activation activation = Activation::none;
  // The norm whose rows come in, or null: where rows become bytes, it tells which inputs are large.
  // Looked at by the constructor only.
  const LayerNorm* src_norm = nullptr;
};

class Linear {
 public:
  // Stacks the outputs of several layers of the same inputs into one (query, key and value).
  // weights: each [M_i, K], as checkpoints hold them, of a float type or int8 with row scales. They
  // are not looked at where the packing's store has them packed.
  // bias: as many, each [M_i], or none at all.
  // Throws Error{internal} if oneDNN has no kernel.
  Linear(const Device& device, std::span<const tensor::TensorView> weights,
         std::span<const tensor::TensorView> bias, const LinearOptions& options = {},
         const Packing& packing = {});
  Linear(Linear&&) noexcept;
  Linear& operator=(Linear&&) noexcept;
  ~Linear();

  std::int64_t inputs() const;   // K
  std::int64_t outputs() const;  // M

  // dst [N,M] <- src [N,K]; the two may not overlap.  A row of dst depends on its row of src only,
  // to the last bit: not on N, not on its place, not on threads.
  void forward(ConstMatrix src, Matrix dst, Workspace& workspace) const;

  // The name of the kernel oneDNN chose for N rows.
  std::string kernel(std::int64_t rows, Workspace& workspace) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nlp::dnn
