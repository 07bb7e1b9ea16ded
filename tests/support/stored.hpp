// What StoredRows hold, as float32.
#pragma once
#include <bit>
#include <cstdint>
#include <vector>

#include "dnn/stored_rows.hpp"
#include "reference/dnn.hpp"

namespace stored {

inline float widen(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

inline float value(const nlp::dnn::StoredRows& rows, std::int64_t index) {
  return rows.type() == nlp::dnn::ComputeType::bf16 ? widen(rows.bits()[index])
                                                    : rows.floats()[index];
}

inline std::vector<float> values(const nlp::dnn::StoredRows& rows) {
  std::vector<float> found;
  for (std::int64_t k = 0; k < rows.rows() * rows.columns(); ++k) found.push_back(value(rows, k));
  return found;
}

// Whether the rows behind the last one are zeros.
inline bool rest_is_zero(const nlp::dnn::StoredRows& rows) {
  for (std::int64_t k = rows.rows() * rows.columns();
       k < nlp::dnn::padded_rows(rows.rows()) * rows.columns(); ++k)
    if (value(rows, k) != 0) return false;
  return true;
}

// Each number through bfloat16.
inline std::vector<float> rounded(const std::vector<float>& src) {
  nlp::tensor::Tensor tensor({static_cast<std::int64_t>(src.size())});
  std::copy(src.begin(), src.end(), tensor.data());
  const auto dst = reference::through_bf16(tensor);
  return {dst.data(), dst.data() + dst.size()};
}

}  // namespace stored
