// Reformer's attention: a text is cut into chunks, and a query sees its own chunk and some beside
// it, around the ends of the text.  The chunks are of neighbours, or of rows that hash alike.
// Source: Kitaev, Kaiser, Levskaya 2020, arXiv:2001.04451, section 2; the reference's
// modeling_reformer, as it computes a text alone.
// Legend: N rows, T tokens of a text, H hidden, A heads, D head size.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "model/attention.hpp"

namespace nlp::model {

// What the reference gives as a token's score for itself: it counts only where there is no other.
inline constexpr float kItself = -1e5f;

// How long the reference makes a text of `tokens`: a multiple of all chunks, unless one holds it.
std::int64_t chunked_length(const Reformer& kind, std::int64_t tokens);

class LocalChunkAttention final : public Attention {
 public:
  // query_key_value: H -> 3*A*D.
  LocalChunkAttention(const Config& config, dnn::Linear query_key_value)
      : kind_(config.reformer),
        shape_(attention_shape(config, 0)),
        query_key_value_(std::move(query_key_value)) {}
  void forward(const AttentionCall& call) const override;

 private:
  const Reformer& kind_;
  dnn::AttentionShape shape_;
  dnn::Linear query_key_value_;
};

// Queries are keys too, and a token sees itself only where it sees no other.  Texts of one chunk
// are computed in full, exactly as the reference does; longer ones in buckets by random rotations
// of our own, since the reference's random numbers are its library's.
class HashChunkAttention final : public Attention {
 public:
  // query_value: H -> 2*A*D.
  HashChunkAttention(const Config& config, dnn::Linear query_value)
      : kind_(config.reformer),
        shape_(attention_shape(config, 0)),
        query_value_(std::move(query_value)) {
    shape_.scale = 1;  // keys are scaled
  }
  void forward(const AttentionCall& call) const override;

 private:
  const Reformer& kind_;
  dnn::AttentionShape shape_;
  dnn::Linear query_value_;
};

// dst [T,A*D] <- rows of query [T,A*D], each head's brought to length 1 (times 1: root mean square
// 1 / sqrt(D)).
void scale_keys(dnn::ConstMatrix query, std::int64_t heads, dnn::Matrix dst);

// How many buckets a text of chunked_length `length` has, as factors: the configured ones, or the
// reference's rule.
std::vector<std::int64_t> bucket_factors(const Reformer& kind, std::int64_t length,
                                         std::int64_t max_tokens);

// The bucket of every row of query [T,D] in a round of hashing; a function of (kind.seed, head,
// round) and the row.  Source: Andoni et al. 2015, arXiv:1509.02897, section 3.
std::vector<std::int64_t> hash_buckets(const Reformer& kind, std::span<const std::int64_t> factors,
                                       std::int64_t head, std::int64_t round,
                                       dnn::ConstMatrix query);

// One head of a text: query, key, value, dst [T,D].  probabilities [T,T], or null.
// Memory is linear in T.
void attend_by_hash(const Reformer& kind, std::span<const std::int64_t> factors, std::int64_t head,
                    dnn::ConstMatrix query, dnn::ConstMatrix key, dnn::ConstMatrix value,
                    dnn::Matrix dst, float* probabilities);

}  // namespace nlp::model
