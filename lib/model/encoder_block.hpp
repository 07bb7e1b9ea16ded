// One block of a Transformer encoder that stands alone, as PyTorch's TransformerEncoderLayer.
//   post-norm: x <- norm1(x + attention(x)),  x <- norm2(x + linear2(f(linear1(x))))
//   pre-norm:  x <- x + attention(norm1(x)),  x <- x + linear2(f(linear1(norm2(x))))
// Source: Vaswani et al. 2017, arXiv:1706.03762; Xiong et al. 2020, arXiv:2002.04745.
// The encoders of checkpoints are TransformerEncoder's (transformer.hpp).
// Legend: B texts, T tokens of each, N = B*T rows, H hidden, A heads, F feed-forward.
#pragma once
#include <cstdint>

#include "dnn/layer_norm.hpp"
#include "model/self_attention.hpp"

namespace nlp::model {

struct EncoderBlockOptions {
  std::int64_t heads = 1;
  bool pre_norm = false;
  dnn::Activation activation = dnn::Activation::relu;
  float epsilon = 1e-5f;  // of the norms
};

class EncoderBlock {
 public:
  // Weights named self_attn.in_proj_weight [3H,H], self_attn.out_proj.weight [H,H], linear1.weight
  // [F,H], linear2.weight [H,F], norm1.weight [H] and norm2.weight [H], and their biases
  // (self_attn.in_proj_bias), of which any may be absent.
  // Throws Error{model}: one is absent, of another shape or not used, or H is no multiple of A.
  EncoderBlock(const dnn::Device& device, const tensor::NamedTensors& weights,
               const EncoderBlockOptions& options);

  std::int64_t hidden() const { return attention_.hidden(); }
  std::int64_t heads() const { return attention_.heads(); }

  // rows [N,H] through the block, in place.
  void forward(const SelfAttention::Call& call, dnn::Matrix rows, dnn::Workspace& workspace) const;

 private:
  EncoderBlock(const dnn::Device& device, const ModuleWeights& weights,
               const EncoderBlockOptions& options);

  bool pre_norm_;
  SelfAttention attention_;
  dnn::LayerNorm attention_norm_, output_norm_;
  dnn::Linear intermediate_, output_;  // H -> F, F -> H
};

}  // namespace nlp::model
