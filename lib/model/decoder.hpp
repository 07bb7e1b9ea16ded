// The half of an encoder-decoder model that writes, a token at a time: attention to what it wrote,
// attention to what the encoder read, a feed-forward.
// Source: Vaswani et al. 2017, arXiv:1706.03762.
// Legend: B texts, N rows of all texts, K steps taken together, H hidden, A heads, D head size,
//         V vocabulary.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "model/decoding.hpp"
#include "model/embeddings.hpp"
#include "model/relative_bias.hpp"
#include "model/transformer.hpp"

namespace nlp::model {

struct DecoderBlock {
  dnn::Linear query_key_value;  // H -> 3*A*D
  dnn::Linear attention_output;
  dnn::LayerNorm attention_norm;
  dnn::Linear cross_query;      // H -> A*D
  dnn::Linear cross_key_value;  // H -> 2*A*D
  dnn::Linear cross_output;
  dnn::LayerNorm cross_norm;
  FeedForward feed_forward;
  dnn::LayerNorm output_norm;
};

struct DecoderBuffers {
  BlockBuffers block;
  tensor::Tensor rows;            // [K,H]
  std::vector<std::int32_t> ids;  // [K]
};

class Decoder {
 public:
  // Throws Error{model}: a tensor is missing or of another shape.
  Decoder(const Config& config, const Family& family, const Weights& weights);
  Decoder(const Decoder&) = delete;

  // [B] from the encoder's rows src [N,H]; text b is the rows [starts[b], starts[b+1]).
  std::vector<ReadText> read(const tensor::Tensor& src, std::span<const std::int64_t> starts,
                             dnn::Workspace& workspace) const;

  // The next token's logits, dst [K,V].  Each step appends to its own `written`; a row depends on
  // its own step alone, to the last bit.
  void forward(std::span<const DecoderStep> steps, dnn::Workspace& workspace,
               DecoderBuffers& buffers, tensor::Tensor& dst) const;

 private:
  void attend_written(const DecoderBlock& block, std::size_t layer,
                      std::span<const DecoderStep> steps, dnn::ConstMatrix src, dnn::Matrix context,
                      dnn::Workspace& workspace, BlockBuffers& buffers) const;
  void attend_read(const DecoderBlock& block, std::size_t layer, std::span<const DecoderStep> steps,
                   dnn::ConstMatrix src, dnn::Matrix context, dnn::Workspace& workspace,
                   BlockBuffers& buffers) const;

  Config config_;       // with the decoder's own sizes
  std::int64_t width_;  // A*D
  dnn::AttentionShape shape_;
  Embeddings embeddings_;
  std::optional<RelativeBias> relative_bias_;
  std::vector<DecoderBlock> blocks_;
  std::optional<dnn::LayerNorm> final_norm_;
  dnn::Linear logits_;  // H -> V
};

// Throws Error{data}: an id out of range, or more tokens than there are positions.
void check_step(const Config& config, const DecoderStep& step);

// Whether the checkpoint has one.
bool has_decoder(const Config& config, const Family& family, const Weights& weights);

}  // namespace nlp::model
