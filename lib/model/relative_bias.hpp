// A learned bias on attention scores by the distance of key and query, in buckets: near distances
// have one each, far ones share them by their logarithm.
// Source: Raffel et al. 2020, arXiv:1910.10683, section 2.1; the reference's
// relative_position_bucket (T5, MPNet).
#pragma once
#include <cstdint>
#include <vector>

#include "dnn/attention.hpp"
#include "tensor/tensor.hpp"

namespace nlp::model {

// The bucket of `distance` = key - query.  Both ways: half of the buckets for keys behind the
// query; else keys behind it count as distance 0.
std::int64_t relative_bucket(std::int64_t distance, std::int64_t buckets, std::int64_t max_distance,
                             bool both_ways);

class RelativeBias final : public dnn::ScoreTerm {
 public:
  // table [buckets, A].
  RelativeBias(const tensor::TensorView& table, std::int64_t max_distance, bool both_ways);

  void add(std::int64_t head, std::int64_t query, std::int64_t first,
           std::span<float> scores) const override;

 private:
  std::int64_t reach_;              // distances beyond have the bias of reach_
  std::vector<float> by_distance_;  // [A, 2 * reach_ + 1]
};

}  // namespace nlp::model
