// Rows in the numbers that products multiply: what training keeps of the forward pass, and the
// gradients on their way back.
// Legend: N rows, H columns.
#pragma once
#include <cstdint>
#include <span>

#include "dnn/gemm.hpp"

namespace nlp::dnn {

// Products of training are made on a multiple of this many rows: the rows behind the last one are
// zeros, so that they add nothing to gradients of weights.  Each number of rows needs kernels of
// its own, which take longer to make than some rows of zeros to multiply.
constexpr std::int64_t kRowStep = 32;
constexpr std::int64_t padded_rows(std::int64_t rows) {
  return (rows + kRowStep - 1) / kRowStep * kRowStep;
}

// Owns [padded_rows(N), H] of float32 or bfloat16.
class StoredRows {
 public:
  // The values are then undefined, but those behind row N zero.
  void resize(ComputeType type, std::int64_t rows, std::int64_t columns);

  ComputeType type() const { return type_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }

  // All rows, those of zeros too.
  Operand operand() const {
    return {type_, memory_.data(), padded_rows(rows_), columns_, columns_, 1};
  }
  // Row n becomes src [H], rounded where it is bfloat16.
  void set_row(std::int64_t row, std::span<const float> src);

  float* floats() { return memory_.data(); }
  const float* floats() const { return memory_.data(); }
  std::uint16_t* bits() { return reinterpret_cast<std::uint16_t*>(memory_.data()); }
  const std::uint16_t* bits() const {
    return reinterpret_cast<const std::uint16_t*>(memory_.data());
  }

 private:
  ComputeType type_ = ComputeType::f32;
  std::int64_t rows_ = 0, columns_ = 0;
  tensor::Tensor memory_;
};

// dst becomes src [N,H], rounded where it is bfloat16.
void store_rows(ComputeType type, ConstMatrix src, StoredRows& dst);
// The same, and sums[h] += the sum of column h, in the order of rows.
void store_rows(ComputeType type, ConstMatrix src, StoredRows& dst, std::span<float> sums);

// sums[k] += the sum of column first + k, in the order of rows.
void add_column_sums(const StoredRows& src, std::int64_t first, std::span<float> sums);

// dst [n] <- round(src [n]) as bfloat16.
void round_to_bf16(std::span<const float> src, std::uint16_t* dst);

}  // namespace nlp::dnn
