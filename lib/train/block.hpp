// A Transformer block with its backward pass: norms behind (2017) or before each part, the
// feed-forward plain or gated, attention to all or near tokens, rotated or not.
// Where only some rows of what it gives are wanted, queries and feed-forward are computed for those
// alone, which is exact: rows meet in keys and values only.
// Sources: as model/transformer.hpp.
// Legend: N rows, W wanted rows, H hidden, A heads, D head size, F feed-forward.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "dnn/activation.hpp"
#include "dnn/attention.hpp"
#include "dnn/attention_training.hpp"
#include "model/family.hpp"
#include "train/shard.hpp"

namespace nlp::train {

struct DropoutRates {
  float hidden = 0, attention = 0;
};

struct Block {
  dnn::AttentionShape attention;
  float rotary_base = 0;
  bool pre_norm = false;
  dnn::Activation activation = dnn::Activation::gelu_erf;
  bool gated = false;
  Linear query_key_value, attention_output, intermediate, output;
  std::optional<Norm> attention_norm;
  Norm output_norm;
};

// `before` stands before the names of the block's parts, `layer` is its first layer.
Block add_block(const model::Config& config, const model::Family& family, const LayerNames& names,
                const std::string& before, std::int64_t layer);

// What a pass through a block needs beside the block.
struct BlockPass {
  const Parameters& parameters;
  DropoutRates dropout;
  std::uint64_t key;  // of this run of the block
  bool some;          // wanted rows only
  dnn::Workspace& workspace;
  PassBuffers& buffers;
};

// shard.rows [N,H] through the block; they are [W,H] then where pass.some.
void block_forward(const Block& block, const BlockPass& pass, Shard& shard, BlockState& state);
// shard.diff likewise, the other way; notes the uses of linear layers.
void block_backward(const Block& block, const BlockPass& pass, Shard& shard, BlockState& state);

}  // namespace nlp::train
