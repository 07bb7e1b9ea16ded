// The stack of Transformer blocks, post-norm, on packed rows.
// Source: Vaswani et al. 2017, arXiv:1706.03762; Devlin et al. 2019, arXiv:1810.04805.
// Legend: B texts, N rows, H hidden, F feed-forward, L layers.
#pragma once
#include <vector>

#include "dnn/attention.hpp"
#include "model/config.hpp"
#include "model/family.hpp"
#include "model/model.hpp"
#include "model/weights.hpp"

namespace nlp::model {

// Word, position and type rows summed, then normalised.
struct Embeddings {
  dnn::Embedding word;      // [V,H]
  dnn::Embedding position;  // [max_tokens,H]
  dnn::Embedding type;      // [type_vocab_size,H]; no rows: the family has none
  dnn::LayerNorm norm;
};

// One block: attention, sum and norm, feed-forward, sum and norm.
struct Block {
  dnn::Linear query_key_value;   // H -> 3H
  dnn::Linear attention_output;  // H -> H
  dnn::LayerNorm attention_norm;
  dnn::Linear intermediate;  // H -> F, with the activation
  dnn::Linear output;        // F -> H
  dnn::LayerNorm output_norm;
};

// Rows between the stages of a block, kept from batch to batch.
struct BlockBuffers {
  tensor::Tensor query_key_value;       // [N,3H]
  tensor::Tensor context;               // [N,H]
  tensor::Tensor summand;               // [N,H]
  tensor::Tensor intermediate;          // [N,F]
  std::vector<std::int32_t> positions;  // [N]
};

class Encoder {
 public:
  Encoder(const Config& config, const WeightNames& names, const Weights& weights);

  const Embeddings& embeddings() const { return embeddings_; }

  // See Model::encode.
  void forward(const Batch& batch, const Keep& keep, dnn::Workspace& workspace,
               BlockBuffers& buffers, Encoded& dst) const;

 private:
  void check(const Batch& batch) const;
  void embed(const Batch& batch, BlockBuffers& buffers, tensor::Tensor& dst) const;
  // rows [N,H] in place; attention, if not null, gets [A,T,T] for each text.
  void run_block(const Block& block, const Batch& batch, dnn::Workspace& workspace,
                 BlockBuffers& buffers, tensor::Tensor& rows,
                 std::vector<tensor::Tensor>* attention) const;

  Config config_;
  Embeddings embeddings_;
  std::vector<Block> blocks_;
  dnn::AttentionShape attention_shape_;
};

// The activation as the dnn room names it.
dnn::Activation to_dnn(Activation activation);

}  // namespace nlp::model
