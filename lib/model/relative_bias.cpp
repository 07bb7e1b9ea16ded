#include "model/relative_bias.hpp"

#include <algorithm>
#include <cmath>

namespace nlp::model {

std::int64_t relative_bucket(std::int64_t distance, std::int64_t buckets, std::int64_t max_distance,
                             bool both_ways) {
  std::int64_t first = 0;
  if (both_ways) {
    buckets /= 2;
    if (distance > 0) first = buckets;
    distance = std::abs(distance);
  } else {
    distance = std::max<std::int64_t>(-distance, 0);
  }
  const std::int64_t exact = buckets / 2;
  if (distance < exact) return first + distance;
  // In float32, as the reference computes it: the last bit decides the bucket at its border.
  const float far =
      std::log(static_cast<float>(distance) / static_cast<float>(exact)) /
      static_cast<float>(std::log(static_cast<double>(max_distance) / static_cast<double>(exact))) *
      static_cast<float>(buckets - exact);
  return first + std::min(exact + static_cast<std::int64_t>(far), buckets - 1);
}

RelativeBias::RelativeBias(const tensor::TensorView& table, std::int64_t max_distance,
                           bool both_ways)
    : reach_(max_distance) {
  const std::int64_t buckets = table.shape.at(0), heads = table.shape.at(1);
  std::vector<float> values(static_cast<std::size_t>(buckets * heads));
  tensor::to_f32(table, 0, values);
  for (std::int64_t head = 0; head < heads; ++head)
    for (std::int64_t distance = -reach_; distance <= reach_; ++distance)
      by_distance_.push_back(
          values[relative_bucket(distance, buckets, max_distance, both_ways) * heads + head]);
}

void RelativeBias::add(std::int64_t head, std::int64_t query, std::int64_t first,
                       std::span<float> scores) const {
  const float* middle = by_distance_.data() + head * (2 * reach_ + 1) + reach_;
  for (std::int64_t k = 0; k < std::ssize(scores); ++k)
    scores[k] += middle[std::clamp(first + k - query, -reach_, reach_)];
}

}  // namespace nlp::model
