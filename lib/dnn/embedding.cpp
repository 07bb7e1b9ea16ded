#include "dnn/embedding.hpp"

#include <vector>

namespace nlp::dnn {

void Embedding::look_up(std::span<const std::int32_t> ids, Matrix dst) const {
  for (std::size_t n = 0; n < ids.size(); ++n)
    tensor::to_f32(table_, ids[n] * dst.columns,
                   {dst.row(static_cast<std::int64_t>(n)), static_cast<std::size_t>(dst.columns)});
}

void Embedding::add(std::span<const std::int32_t> ids, Matrix dst) const {
  std::vector<float> row(static_cast<std::size_t>(dst.columns));
  for (std::size_t n = 0; n < ids.size(); ++n) {
    tensor::to_f32(table_, ids[n] * dst.columns, row);
    float* sum = dst.row(static_cast<std::int64_t>(n));
    for (std::size_t k = 0; k < row.size(); ++k) sum[k] += row[k];
  }
}

}  // namespace nlp::dnn
