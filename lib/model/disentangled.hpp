// DeBERTa's attention: a score is the product of two contents, plus that of the query's content and
// a position, plus that of the key's content and a position, where positions are distances.
//   score(i,j) = (q[i] · k[j] + q[i] · pk[d(i-j)] + k[j] · pq[d(i-j)]) / sqrt(D * kinds)
// Source: He et al. 2021, arXiv:2006.03654, section 3.1; buckets of distances: the reference's
// make_log_bucket_position.
// Legend: T tokens of a text, A heads, D head size, H hidden, S = config.disentangled.span.
#pragma once
#include <memory>
#include <mutex>
#include <optional>

#include "model/attention.hpp"

namespace nlp::model {

// The bucket of a distance: near ones have one each, far ones share them by their logarithm, in
// float32.  In [-span, span]; max_distance > 1.
std::int64_t log_bucket(std::int64_t distance, std::int64_t span, std::int64_t max_distance);

// The row of the position table for a distance = query - key.
std::int64_t position_row(const Disentangled& kind, std::int64_t distance);

class DisentangledAttention final : public Attention {
 public:
  // query_key_value: H -> 3*A*D.  positions: H -> as many A*D as there are kinds of scores by
  // position, queries before keys; absent where the rows' projections serve.
  // Throws Error{model}: a tensor is missing or of another shape.
  DisentangledAttention(const Config& config, const WeightNames& names, const Weights& weights,
                        dnn::Linear query_key_value, std::optional<dnn::Linear> positions);

  // Scores by position take memory linear in T: a row of distances for each token, one head at a
  // time.
  void forward(const AttentionCall& call) const override;

 private:
  // Rows [first, last) of the table have been projected.
  struct Range {
    std::int64_t first = 0, last = 0;
  };

  // Projects what is not yet projected of the rows that a text of `tokens` needs; a row is
  // projected once.
  Range project(std::int64_t tokens, dnn::Workspace& workspace) const;
  void project(Range rows, dnn::Workspace& workspace) const;

  Disentangled kind_;
  dnn::AttentionShape shape_;
  dnn::Linear query_key_value_;
  std::optional<dnn::Linear> positions_;
  tensor::TensorView table_;            // [2*S,H]
  std::optional<dnn::LayerNorm> norm_;  // of its rows
  std::int64_t padded_ = 0;             // 2*S, rounded up
  mutable std::mutex mutex_;            // guards done_ and what lies outside of it
  mutable Range done_;
  mutable tensor::Tensor queries_, keys_;  // [A*D,padded]: pq and pk, a column for a distance
};

// The layer H -> 2*A*D (or A*D) of the positions, from names.position_query and position_key;
// absent where config shares projections or has no scores by position.
std::optional<dnn::Linear> read_positions(const Config& config, const WeightNames& names,
                                          const Weights& weights, std::string_view before);

}  // namespace nlp::model
