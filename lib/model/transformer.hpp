// The stack of Transformer blocks on packed rows, with norms behind (2017) or before each part.
// Source: Vaswani et al. 2017, arXiv:1706.03762; Xiong et al. 2020, arXiv:2002.04745.
// Legend: N rows, H hidden, A heads, D head size, F feed-forward, L layers.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "model/attention.hpp"
#include "model/convolution.hpp"
#include "model/embeddings.hpp"
#include "model/relative_bias.hpp"

namespace nlp::model {

// f(x a), or f(x a) * (x b), then back to H.
struct FeedForward {
  dnn::Linear intermediate;         // H -> F, with the activation
  std::optional<dnn::Linear> gate;  // H -> F
  dnn::Linear output;               // F -> H
};

struct Block {
  std::unique_ptr<Attention> attention;
  dnn::Linear attention_output;                  // A*D -> H
  std::optional<dnn::LayerNorm> attention_norm;  // none before a bare first attention
  FeedForward feed_forward;
  dnn::LayerNorm output_norm;
};

// `before` stands before the names of the block's parts, `layer` is its first layer.
// `term` is what its attention adds to scores, or null; `src_norm` the norm that ends what comes
// in, or null.
Block read_block(const Config& config, const Family& family, const Weights& weights,
                 const std::string& before, std::int64_t layer, const dnn::ScoreTerm* term,
                 const dnn::LayerNorm* src_norm);

FeedForward read_feed_forward(const Config& config, const WeightNames& names,
                              const Weights& weights, const std::string& before,
                              const dnn::LayerNorm* src_norm = nullptr);

// dst [N,H] <- src [N,H].
void run_feed_forward(const FeedForward& feed_forward, dnn::ConstMatrix src, dnn::Matrix dst,
                      dnn::Workspace& workspace, BlockBuffers& buffers);

// The rows [N,H] of a block, which its parts add to.
struct PartCall {
  bool pre_norm;
  dnn::Matrix rows;
  BlockBuffers& buffers;  // the part may not touch `summand` and `normed`
};
using Part = std::function<void(dnn::ConstMatrix src, dnn::Matrix dst)>;

// What a part takes: the rows, or norm(rows) where norms stand first.
dnn::ConstMatrix src_of_part(const PartCall& call, const dnn::LayerNorm* norm);

// rows <- norm(rows + part(rows)); where norms stand first, rows + part(norm(rows)), and without
// one then rows + part(rows).
void add_part(const PartCall& call, const dnn::LayerNorm* norm, const Part& part);
// The same with what the part takes given: part(src).
void add_part(const PartCall& call, const dnn::LayerNorm* norm, dnn::ConstMatrix src,
              const Part& part);

class TransformerEncoder final : public Encoder {
 public:
  TransformerEncoder(const Config& config, const Family& family, const Weights& weights);
  void forward(const Batch& batch, const Keep& keep, dnn::Workspace& workspace,
               BlockBuffers& buffers, Encoded& dst) const override;

 private:
  // `kept` as Keep.rows: where it is not empty, `rows` has only these behind.
  void run_block(const Block& block, const Batch& batch, dnn::Workspace& workspace,
                 BlockBuffers& buffers, tensor::Tensor& rows,
                 std::vector<tensor::Tensor>* attention, std::span<const std::int64_t> kept) const;

  const Config& config_;
  Embeddings embeddings_;
  std::optional<RelativeBias> relative_bias_;
  std::optional<Convolution> convolution_;
  std::vector<Block> blocks_;
  std::vector<std::vector<std::size_t>> layers_;  // [L]: the blocks that a layer runs
  std::optional<dnn::LayerNorm> final_norm_;
};

}  // namespace nlp::model
