// The product of rows with a weight matrix in the layout that oneDNN prefers, for the sources of
// this room only.  Legend: N rows, K inputs, M outputs.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>

#include "dnn/activation.hpp"
#include "dnn/compute_type.hpp"
#include "dnn/device_impl.hpp"

namespace nlp::dnn {

// How many rows a kernel is run on.  A row has the same bytes in each of these counts; where there
// are fewer rows, others follow them.
struct RowCounts {
  std::int64_t least;  // never fewer than this
  std::int64_t most;   // never more: more rows are done in blocks
  std::int64_t step;   // and a multiple of this
  bool threads;        // on any number of threads, or on one alone

  std::int64_t padded(std::int64_t rows) const {
    return rows < least ? least : (rows + step - 1) / step * step;
  }
};

// What is multiplied, and what the product does on its way out.
struct ProductForm {
  ComputeType type = ComputeType::f32;  // src and weights: float, bfloat16, unsigned and signed
                                        // bytes; dst: float, float, std::int32_t
  std::int64_t inputs = 0, outputs = 0;
  Activation activation = Activation::none;  // f32 only
  bool bias = false;                         // f32 only
};

// Rows at `data`, row n starting n * stride elements behind it.
template <class Byte>
struct RawRows {
  Byte* data;
  std::int64_t stride;
};

class PackedMatmul {
 public:
  // Whether this machine has fast kernels of the type.
  static bool supported(ComputeType type, const dnnl::engine& engine);

  PackedMatmul() = default;
  PackedMatmul(const dnnl::engine& engine, const ProductForm& form);

  // How the weights lie, in words, and how many bytes they then have.
  std::string layout() const;
  std::size_t packed_bytes() const;
  // Packs weights [M,K] of the type into `dst`.  `done` is called with parts of them that will not
  // be looked at again.
  void pack(const void* weights, std::byte* dst,
            const std::function<void(std::span<const std::byte>)>& done) const;
  // What pack() wrote is multiplied from now on; it stays where it is.
  void use(const std::byte* packed);

  const ProductForm& form() const { return form_; }
  const RowCounts& counts() const { return counts_; }

  // dst [rows,M] <- src [rows,K]; `rows` is one of counts().
  void execute(std::int64_t rows, RawRows<const void> src, RawRows<void> dst, const float* bias,
               Workspace::Impl& workspace) const;

  // The name of the kernel for so many rows behind each other.
  std::string kernel(std::int64_t rows) const;

 private:
  dnnl::matmul::primitive_desc describe(const dnnl::memory::desc& weights, std::int64_t rows,
                                        std::int64_t src_stride, std::int64_t dst_stride) const;
  MatmulKernel& kernel_of(std::int64_t rows, std::int64_t src_stride, std::int64_t dst_stride,
                          Workspace::Impl& workspace) const;

  dnnl::engine engine_;
  ProductForm form_;
  dnnl::memory weights_;  // [K,M]
  RowCounts counts_{};
};

}  // namespace nlp::dnn
