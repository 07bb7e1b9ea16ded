// The attention of one layer on packed rows, its projections of queries, keys and values included.
// Legend: B texts, N rows, T tokens of a text, H hidden, A heads, D head size.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "dnn/attention.hpp"
#include "model/encoder.hpp"
#include "model/family.hpp"
#include "model/weights.hpp"

namespace nlp::model {

struct AttentionCall {
  const Batch& batch;
  dnn::ConstMatrix src;  // [N,H]
  dnn::Matrix dst;       // context [N,A*D]
  dnn::Workspace& workspace;
  BlockBuffers& buffers;
  std::vector<tensor::Tensor>* probabilities;  // null, or gets [A,T,T] for each text
};

class Attention {
 public:
  virtual ~Attention() = default;
  // A text's rows depend on that text only, to the last bit.
  virtual void forward(const AttentionCall& call) const = 0;
};

// attention.forward(call), timed for the workspace's profile.
void run_attention(const Attention& attention, const AttentionCall& call);

// Room for the probabilities of the next text of the call, or null where they are not wanted.
float* next_probabilities(const AttentionCall& call, std::int64_t heads, std::int64_t tokens);

// Query, key and value of all rows in one product, then scaled dot products in each text.
class DotProductAttention final : public Attention {
 public:
  // rotary_base: 0, or queries and keys are rotated by their position.
  // `term`, if not null, outlives this.
  DotProductAttention(const dnn::AttentionShape& shape, dnn::Linear query_key_value,
                      float rotary_base, const dnn::ScoreTerm* term)
      : shape_(shape),
        query_key_value_(std::move(query_key_value)),
        rotary_base_(rotary_base),
        term_(term) {}
  void forward(const AttentionCall& call) const override;

 private:
  dnn::AttentionShape shape_;
  dnn::Linear query_key_value_;  // H -> 3*A*D
  float rotary_base_;
  const dnn::ScoreTerm* term_;
};

// What scores and sees in a layer: A heads of D, scaled by 1 / sqrt(D) unless the family
// does not scale, as far as config.reach.
dnn::AttentionShape attention_shape(const Config& config, std::int64_t layer);

// H -> 3*A*D, from three modules or from one that holds them stacked.
// src_norm: see dnn::LinearOptions.
dnn::Linear read_query_key_value(const Config& config, const WeightNames& names,
                                 const Weights& weights, std::string_view before,
                                 const dnn::LayerNorm* src_norm = nullptr);

}  // namespace nlp::model
