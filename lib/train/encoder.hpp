// The encoder of a checkpoint while it is trained: embeddings, then blocks.
// Legend: N rows of a shard, W wanted rows, E embedding, H hidden, V vocabulary.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "train/block.hpp"

namespace nlp::train {

class Encoder {
 public:
  // Adds its parameters.
  // Throws Error{model}: the family has a part that cannot be trained, which is named.
  Encoder(const model::Config& config, const model::Family& family, const LayerNames& names);

  // What all texts of a step have in common.
  struct Pass {
    const Parameters& parameters;
    DropoutRates dropout;
    dnn::Workspace& workspace;
    PassBuffers& buffers;
  };
  // shard.rows becomes [W,H], those of shard.wanted.
  void forward(const Pass& pass, Shard& shard) const;
  // From shard.diff [padded W,H]; fills shard.uses, shard.vectors and shard.diff_embedded.
  void backward(const Pass& pass, Shard& shard) const;

  // Adds what backward() left for the tables of words, positions and types: some of their columns.
  void add_table_diffs(const Shard& shard, Parameters& parameters, std::int64_t first_column,
                       std::int64_t columns) const;
  // The embeddings and the first layers - 1 layers do not learn: the way back ends before them.
  // Throws Error{usage} for layers that share their weights with ones that learn.
  void freeze(std::int64_t layers);

  std::int64_t embedding_size() const { return config_.embedding_size; }

  std::int64_t word_table() const { return word_table_; }  // [V,E], in the matrices

 private:
  void embed(const Pass& pass, Shard& shard) const;
  void embed_backward(const Pass& pass, Shard& shard) const;
  BlockPass block_pass(const Pass& pass, const Shard& shard, std::size_t run) const;

  const model::Config& config_;
  std::int64_t word_table_ = -1, position_table_ = -1, type_table_ = -1;
  std::optional<Norm> embeddings_norm_;
  std::optional<Linear> projection_;
  std::vector<Block> blocks_;
  std::vector<std::size_t> runs_;  // the blocks in the order in which they are run
  std::optional<Norm> final_norm_;
  bool embeddings_learn_ = true;
  std::size_t first_run_ = 0;  // that learns
};

}  // namespace nlp::train
