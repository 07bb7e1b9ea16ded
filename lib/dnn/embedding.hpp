// Rows of a table by id, added to what is there.
// Legend: N rows, H hidden, V rows of the table.
#pragma once
#include <cstdint>
#include <span>

#include "dnn/matrix.hpp"

namespace nlp::dnn {

// A table [V,H] of any float type, looked up where it lies in the checkpoint.
class Embedding {
 public:
  Embedding() = default;
  explicit Embedding(tensor::TensorView table) : table_(std::move(table)) {}

  std::int64_t rows() const { return table_.shape.empty() ? 0 : table_.shape.front(); }  // V
  const tensor::TensorView& table() const { return table_; }

  // dst[n,:] = table[ids[n],:].  Every id must be in [0, V): the caller has checked.
  void look_up(std::span<const std::int32_t> ids, Matrix dst) const;
  // dst[n,:] += table[ids[n],:].
  void add(std::span<const std::int32_t> ids, Matrix dst) const;

 private:
  tensor::TensorView table_;
};

}  // namespace nlp::dnn
