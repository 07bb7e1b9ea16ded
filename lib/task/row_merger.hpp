// Rows of windows that overlap, put together to one row for each token, in order.
// Legend: H hidden.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tensor/tensor.hpp"

namespace nlp::task {

// `count` rows of an input that become rows of the whole.
struct RowRun {
  std::int64_t src = 0, dst = 0, count = 0;
  bool operator==(const RowRun&) const = default;
};

// A row that several windows give becomes the mean of theirs, summed in the order of the windows.
// Holds no more than the rows that the next window may add to.
class RowMerger {
 public:
  // Row `dst` of the whole, [H].
  using Take = std::function<void(std::int64_t dst, std::span<const float> row)>;

  // Adds a window's rows: run.count rows of src [N,H] from first_row + run.src.  Its first row is
  // not before that of the window before.
  void add(const tensor::Tensor& src, std::int64_t first_row, std::span<const RowRun> runs);
  // Hands over the rows before `dst`, to which no window adds any more, and forgets them.
  void finish(std::int64_t dst, const Take& take);

 private:
  std::int64_t base_ = 0;  // of the whole: the first row that is held
  std::int64_t hidden_ = 0;
  std::vector<float> sums_;  // [rows, H]
  std::vector<std::int32_t> counts_;
};

}  // namespace nlp::task
