// All rows of one matrix with all rows of another: what product() makes of the second one
// transposed, but as fast as memory where few rows meet many.
//   dst[n,m] = sum over k of left[n,k] * right[m,k]
// Legend: N rows, K depth, M rows of the other.
#pragma once
#include <cstdint>

#include "dnn/matrix.hpp"

namespace nlp::dnn {

// dst [N,M] <- left [N,K] · right [M,K]ᵀ; dst overlaps neither.  Every value is summed in one
// order, a sum for each lane of a vector, and depends on its two rows only, to the last bit.
void dot_products(ConstMatrix left, ConstMatrix right, Matrix dst);

// Rows of bytes one behind the other, at any address: numbers from 0 to 255, or from -128 to 127.
template <class Byte>
struct ByteRows {
  const Byte* data;
  std::int64_t rows, columns;

  const Byte* row(std::int64_t n) const { return data + n * columns; }
};

// The same where left [N,K] has bytes.
void dot_products(ByteRows<std::uint8_t> left, ConstMatrix right, Matrix dst);
void dot_products(ByteRows<std::int8_t> left, ConstMatrix right, Matrix dst);

}  // namespace nlp::dnn
