#include "task/row_merger.hpp"

#include <algorithm>

namespace nlp::task {

void RowMerger::add(const tensor::Tensor& src, std::int64_t first_row,
                    std::span<const RowRun> runs) {
  hidden_ = src.shape().at(1);
  const auto width = static_cast<std::size_t>(hidden_);
  for (const RowRun& run : runs) {
    const auto first = static_cast<std::size_t>(run.dst - base_);
    const auto last = first + static_cast<std::size_t>(run.count);
    if (counts_.size() < last) {
      counts_.resize(last);
      sums_.resize(last * width);
    }
    for (std::size_t k = first; k < last; ++k) {
      const auto row = src.row(first_row + run.src + static_cast<std::int64_t>(k - first));
      const auto sum = std::span(sums_).subspan(k * width, width);
      if (counts_[k]++ == 0)
        std::ranges::copy(row, sum.begin());  // -0 stays what it is
      else
        for (std::size_t h = 0; h < width; ++h) sum[h] += row[h];
    }
  }
}

void RowMerger::finish(std::int64_t dst, const Take& take) {
  const auto width = static_cast<std::size_t>(hidden_);
  const auto rows = std::min(static_cast<std::size_t>(dst - base_), counts_.size());
  for (std::size_t k = 0; k < rows; ++k) {
    const auto row = std::span(sums_).subspan(k * width, width);
    if (counts_[k] > 1)
      for (float& value : row) value /= static_cast<float>(counts_[k]);
    take(base_ + static_cast<std::int64_t>(k), row);
  }
  sums_.erase(sums_.begin(), sums_.begin() + static_cast<std::ptrdiff_t>(rows * width));
  counts_.erase(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(rows));
  base_ += static_cast<std::int64_t>(rows);
}

}  // namespace nlp::task
