// Multi-head self-attention with queries, keys and values from one product, as PyTorch's
// MultiheadAttention.
// Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2.
// Legend: B texts, T tokens of each, N = B*T rows, H hidden, A heads, D = H/A.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "dnn/added_scores.hpp"
#include "model/module_weights.hpp"

namespace nlp::model {

// Texts of one length as the rows of one array.
struct Sequences {
  std::int64_t texts = 1, tokens = 0;
  bool sequence_first = false;  // the array is [T,B,…], not [B,T,…]

  std::int64_t rows() const { return texts * tokens; }
  // The rows of a text: every B-th one where the sequence comes first.
  template <class Value>
  dnn::BasicMatrix<Value> of(const dnn::BasicMatrix<Value>& all, std::int64_t text) const {
    return {all.data + (sequence_first ? text : text * tokens) * all.stride, tokens, all.columns,
            sequence_first ? texts * all.stride : all.stride};
  }
};

class SelfAttention {
 public:
  // Weights named in_proj_weight [3H,H], in_proj_bias [3H], out_proj.weight [H,H], out_proj.bias
  // [H]; biases may be absent, and so may out_proj: the heads' outputs come out side by side then.
  // Throws Error{model}: weights are absent or of another shape, or H is no multiple of `heads`.
  SelfAttention(const dnn::Device& device, const ModuleWeights& weights, std::int64_t heads);

  std::int64_t hidden() const { return shape_.heads * shape_.head_size; }
  std::int64_t heads() const { return shape_.heads; }

  struct Call {
    Sequences sequences = {};
    // What is added to the scores of the first text, or nothing; that of the next ones stands
    // `scores_step` further on each.
    std::optional<dnn::AddedScores> scores = {};
    std::int64_t scores_step = 0;
    bool causal = false;             // a token sees itself and those before
    float* probabilities = nullptr;  // [B,A,T,T], or null where they are not wanted
  };
  // dst [N,H] <- src [N,H], which may not overlap.  A token that sees no key gets zeros from
  // its heads.  Memory is linear in T without probabilities.
  void forward(const Call& call, dnn::ConstMatrix src, dnn::Matrix dst,
               dnn::Workspace& workspace) const;

 private:
  dnn::AttentionShape shape_;
  dnn::Linear query_key_value_;        // H -> 3H
  std::optional<dnn::Linear> output_;  // H -> H
};

}  // namespace nlp::model
