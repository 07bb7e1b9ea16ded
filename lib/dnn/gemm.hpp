// Products of matrices that both change: those of training.  Linear's weights, in contrast, are
// packed once.
//   dst[m,n] (+)= sum over k of left[m,k] * right[k,n] (+ bias[n])
// Legend: M rows, K depth, N columns.
#pragma once
#include <cstdint>

#include "dnn/compute_type.hpp"
#include "dnn/device.hpp"
#include "dnn/matrix.hpp"

namespace nlp::dnn {

// A matrix of float32, or bfloat16 as bits: value (r, c) stands r * row_step + c * column_step
// behind `data`.  One of the steps is 1.
struct Operand {
  ComputeType type = ComputeType::f32;  // f32 or bf16
  const void* data = nullptr;
  std::int64_t rows = 0, columns = 0;
  std::int64_t row_step = 0, column_step = 1;

  Operand transposed() const { return {type, data, columns, rows, column_step, row_step}; }
  Operand row_range(std::int64_t first, std::int64_t count) const {
    return at(first * row_step, count, columns);
  }
  Operand column_range(std::int64_t first, std::int64_t count) const {
    return at(first * column_step, rows, count);
  }

 private:
  Operand at(std::int64_t elements, std::int64_t new_rows, std::int64_t new_columns) const {
    const std::int64_t bytes = elements * (type == ComputeType::bf16 ? 2 : 4);
    return {type,       static_cast<const char*>(data) + bytes, new_rows, new_columns, row_step,
            column_step};
  }
};

inline Operand operand(ConstMatrix matrix) {
  return {ComputeType::f32, matrix.data, matrix.rows, matrix.columns, matrix.stride, 1};
}

struct GemmOptions {
  const float* bias = nullptr;  // [N], or null
  bool add = false;             // to what dst holds
};

// dst [M,N] float32 <- left [M,K] * right [K,N], of one type; dst overlaps neither.  On the threads
// of the workspace; with one, the same bytes each time.  A kernel is made for every shape: keep
// their number small.
// Throws Error{internal} if oneDNN has no kernel.
void gemm(const Operand& left, const Operand& right, Matrix dst, const GemmOptions& options,
          Workspace& workspace);

}  // namespace nlp::dnn
