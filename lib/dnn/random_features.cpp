#include "dnn/random_features.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "base/random.hpp"

namespace nlp::dnn {
namespace {

// A normal draw, by Box and Muller 1958.
double normal(const Random& random, std::uint32_t position, std::uint32_t lane) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform(position, 2 * lane)));
  return radius * std::cos(2 * std::numbers::pi * random.uniform(position, 2 * lane + 1));
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

}  // namespace

tensor::Tensor random_features(std::int64_t features, std::int64_t head_size) {
  const auto size = static_cast<std::size_t>(head_size);
  tensor::Tensor directions({features, head_size});
  std::vector<std::vector<double>> block;
  for (std::int64_t f = 0; f < features; ++f) {
    if (f % head_size == 0) block.clear();
    const Random random(kFeatureSeed, static_cast<std::uint64_t>(f));
    std::vector<double> row(size), other(size);
    for (std::size_t k = 0; k < size; ++k) {
      row[k] = normal(random, static_cast<std::uint32_t>(k), 0);
      other[k] = normal(random, static_cast<std::uint32_t>(k), 1);
    }
    // Gram and Schmidt, twice: the last rows of a block have little left of them.
    for (int pass = 0; pass < 2; ++pass)
      for (const auto& before : block) {
        const double share = dot(row, before);
        for (std::size_t k = 0; k < size; ++k) row[k] -= share * before[k];
      }
    const double length = std::sqrt(dot(row, row));
    for (double& value : row) value /= length;
    // The length of a normal vector of its own, as if the row had never been turned.
    const double drawn = std::sqrt(dot(other, other));
    std::ranges::transform(row, directions.row(f).begin(),
                           [&](double value) { return static_cast<float>(value * drawn); });
    block.push_back(std::move(row));
  }
  return directions;
}

}  // namespace nlp::dnn
