// Views of float32 matrices: what every op takes and gives.
#pragma once
#include <cstdint>

#include "tensor/tensor.hpp"

namespace nlp::dnn {

// `rows` rows of `columns` values; row r starts at data + r * stride.
template <class Value>
struct BasicMatrix {
  Value* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t stride = 0;

  Value* row(std::int64_t index) const { return data + index * stride; }
  operator BasicMatrix<const Value>() const { return {data, rows, columns, stride}; }
};
using Matrix = BasicMatrix<float>;
using ConstMatrix = BasicMatrix<const float>;

// A tensor [rows, …] as a matrix.
inline Matrix matrix(tensor::Tensor& tensor) {
  const std::int64_t rows = tensor.rows(), columns = rows ? tensor.size() / rows : 0;
  return {tensor.data(), rows, columns, columns};
}
inline ConstMatrix matrix(const tensor::Tensor& tensor) {
  const std::int64_t rows = tensor.rows(), columns = rows ? tensor.size() / rows : 0;
  return {tensor.data(), rows, columns, columns};
}

}  // namespace nlp::dnn
