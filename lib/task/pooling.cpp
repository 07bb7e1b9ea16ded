#include "task/pooling.hpp"

#include <algorithm>
#include <cmath>

namespace nlp::task {
namespace {

void pool_one(const tensor::Tensor& rows, Pooling mode, std::int64_t skip, std::span<float> dst) {
  const std::int64_t count = rows.rows();
  if (count == 0 || (skip >= count && mode != Pooling::cls)) return;  // zeros
  if (mode == Pooling::cls || mode == Pooling::last) {
    std::ranges::copy(rows.row(mode == Pooling::cls ? 0 : count - 1), dst.begin());
    return;
  }
  if (mode == Pooling::max) {
    std::ranges::copy(rows.row(skip), dst.begin());
    for (std::int64_t n = skip + 1; n < count; ++n)
      for (std::size_t k = 0; k < dst.size(); ++k) dst[k] = std::max(dst[k], rows.row(n)[k]);
    return;
  }
  std::vector<double> sum(dst.size());
  double weights = 0;
  for (std::int64_t n = skip; n < count; ++n) {
    const double weight = mode == Pooling::weighted_mean ? static_cast<double>(n + 1) : 1.0;
    weights += weight;
    const auto row = rows.row(n);
    for (std::size_t k = 0; k < dst.size(); ++k) sum[k] += weight * double{row[k]};
  }
  const double share = mode == Pooling::mean_sqrt_len ? std::sqrt(weights) : weights;
  for (std::size_t k = 0; k < dst.size(); ++k) dst[k] = static_cast<float>(sum[k] / share);
}

}  // namespace

std::vector<float> pool(const tensor::Tensor& rows, std::span<const Pooling> modes,
                        std::int64_t skip) {
  const auto hidden = static_cast<std::size_t>(rows.rows() ? rows.size() / rows.rows() : 0);
  std::vector<float> pooled(hidden * modes.size());
  for (std::size_t k = 0; k < modes.size(); ++k)
    pool_one(rows, modes[k], skip, std::span(pooled).subspan(k * hidden, hidden));
  return pooled;
}

void normalize(std::span<float> values) {
  constexpr double kLeast = 1e-12;
  double squares = 0;
  for (const float value : values) squares += double{value} * double{value};
  const double norm = std::max(std::sqrt(squares), kLeast);
  for (float& value : values) value = static_cast<float>(value / norm);
}

}  // namespace nlp::task
