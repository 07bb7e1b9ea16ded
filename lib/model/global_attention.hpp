// Attention to near tokens, where the first few of a text are global: all tokens see them, and they
// see all tokens, by projections of their own.
// Source: Beltagy et al. 2020, arXiv:2004.05150, section 3; the reference's modeling_longformer.
// Legend: B texts, N rows, T tokens of a text, G global ones of them, H hidden, A heads, D head
// size.
#pragma once
#include "model/attention.hpp"

namespace nlp::model {

// How many tokens at the start of a text are global: none, the first, or those of the question,
// which are all before the first separator.
std::int64_t global_tokens(const Config& config, std::span<const std::int32_t> ids);

class GlobalAttention final : public Attention {
 public:
  // query_key_value H -> 3*A*D; global_query H -> A*D and global_key_value H -> 2*A*D are the
  // global tokens'.
  GlobalAttention(const Config& config, std::int64_t layer, dnn::Linear query_key_value,
                  dnn::Linear global_query, dnn::Linear global_key_value)
      : config_(config),
        shape_(attention_shape(config, layer)),
        query_key_value_(std::move(query_key_value)),
        global_query_(std::move(global_query)),
        global_key_value_(std::move(global_key_value)) {}

  // Memory and time are linear in T for a fixed G.
  void forward(const AttentionCall& call) const override;

 private:
  struct Text;
  void see_near(const Text& text, std::int64_t first, std::int64_t last, dnn::Workspace& workspace,
                float* probabilities) const;
  void see_all(const Text& text, const AttentionCall& call, float* probabilities) const;

  const Config& config_;
  dnn::AttentionShape shape_;
  dnn::Linear query_key_value_, global_query_, global_key_value_;
};

}  // namespace nlp::model
