#include "task/pooling.hpp"

#include <algorithm>
#include <cmath>

namespace nlp::task {

Pooler::Pooler(std::span<const Pooling> modes, std::size_t hidden, std::int64_t skip)
    : hidden_(hidden), skip_(skip) {
  for (const Pooling mode : modes) states_.push_back({mode, {}, {}, 0});
}

void Pooler::add(std::span<const float> row) {
  const std::int64_t n = rows_++;
  for (State& state : states_) {
    if (state.mode == Pooling::cls) {
      if (n == 0) state.row.assign(row.begin(), row.end());
      continue;
    }
    if (n < skip_) continue;
    if (state.mode == Pooling::last || (state.mode == Pooling::max && state.row.empty())) {
      state.row.assign(row.begin(), row.end());
    } else if (state.mode == Pooling::max) {
      for (std::size_t k = 0; k < row.size(); ++k) state.row[k] = std::max(state.row[k], row[k]);
    } else {
      const double weight = state.mode == Pooling::weighted_mean ? static_cast<double>(n + 1) : 1.0;
      state.weights += weight;
      state.sum.resize(hidden_);
      for (std::size_t k = 0; k < row.size(); ++k) state.sum[k] += weight * double{row[k]};
    }
  }
}

std::vector<float> Pooler::take() {
  std::vector<float> pooled(hidden_ * states_.size());
  for (std::size_t m = 0; m < states_.size(); ++m) {
    State& state = states_[m];
    const auto dst = std::span(pooled).subspan(m * hidden_, hidden_);
    std::ranges::copy(state.row, dst.begin());
    const double share =
        state.mode == Pooling::mean_sqrt_len ? std::sqrt(state.weights) : state.weights;
    for (std::size_t k = 0; k < state.sum.size(); ++k)
      dst[k] = static_cast<float>(state.sum[k] / share);
    state = {state.mode, {}, {}, 0};
  }
  rows_ = 0;
  return pooled;
}

std::vector<float> pool(const tensor::Tensor& rows, std::span<const Pooling> modes,
                        std::int64_t skip) {
  const auto hidden = static_cast<std::size_t>(rows.rows() ? rows.size() / rows.rows() : 0);
  Pooler pooler(modes, hidden, skip);
  for (std::int64_t n = 0; n < rows.rows(); ++n) pooler.add(rows.row(n));
  return pooler.take();
}

void normalize(std::span<float> values) {
  constexpr double kLeast = 1e-12;
  double squares = 0;
  for (const float value : values) squares += double{value} * double{value};
  const double norm = std::max(std::sqrt(squares), kLeast);
  for (float& value : values) value = static_cast<float>(value / norm);
}

}  // namespace nlp::task
