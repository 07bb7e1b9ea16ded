// Some of a batch's texts, on which one thread works forwards and backwards.  How a batch is cut
// into shards depends on the batch alone, so no sum depends on threads.
// Legend: N rows of the shard, W rows that are wanted, H hidden, E embedding.
#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "model/batch.hpp"
#include "train/layers.hpp"

namespace nlp::train {

// Rows of texts that somebody reads.
struct WantedRows {
  std::vector<std::int32_t> rows;       // [W], of the shard, ascending
  std::vector<std::int64_t> starts;     // [B+1]: those of text b are rows [starts[b], starts[b+1])
  std::vector<std::int32_t> positions;  // [W], in their texts
};

// What the forward pass of a block keeps for the way back.
struct BlockState {
  NormState attention_norm, output_norm;
  dnn::StoredRows src;                 // [N,H]
  dnn::StoredRows query_src;           // [W,H], where not all rows are wanted
  tensor::Tensor query_key_value;      // [padded N,3*A*D]; [padded N,2*A*D] without queries
  tensor::Tensor query;                // [padded W,A*D]
  dnn::StoredRows context;             // [N or W,A*D]
  dnn::StoredRows feed_forward_src;    // [N or W,H]
  dnn::StoredRows active, derivative;  // [N or W,F], and [.,2F] where gated
  // Gradients of what linear layers gave.
  dnn::StoredRows diff_query_key_value, diff_query, diff_attention_output, diff_intermediate,
      diff_output;
};

// Memory that a pass through the blocks uses again and again: one for each thread.
struct PassBuffers {
  tensor::Tensor summand, wide, context, normed, rest, query;
  tensor::Tensor rotation, rotation_back;
};

struct Shard {
  model::Batch batch;
  std::uint64_t key = 0;  // of its random draws in this step
  bool some = false;      // whether the last block works on the wanted rows only
  WantedRows wanted;

  // [N,E], in place of rows of the table of words; empty: those of the batch's ids.
  tensor::Tensor words;
  std::vector<std::int32_t> positions;  // [N], in the table of positions
  tensor::Tensor rows;                  // [padded N,H]: the stream through the blocks; then [W,H]
  NormState embeddings_norm, final_norm;
  dnn::StoredRows embedded;        // [N,E], where E is projected to H
  dnn::StoredRows diff_projected;  // [N,H], likewise
  tensor::Tensor diff_embedded;    // [N,E]: the gradient of the embeddings
  std::deque<BlockState> blocks;   // one for each time a block is run
  tensor::Tensor diff;             // [padded N,H]: the gradient on its way back; first [W,H]

  tensor::Tensor vectors;       // the gradients of all vectors, of this shard
  std::vector<LinearUse> uses;  // in one order
};

}  // namespace nlp::train
