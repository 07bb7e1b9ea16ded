// What turns token ids into rows.  Legend: B texts, N rows, H hidden, F feed-forward, L layers.
#pragma once
#include <memory>
#include <vector>

#include "dnn/device.hpp"
#include "dnn/linear.hpp"
#include "model/batch.hpp"
#include "model/config.hpp"
#include "model/model.hpp"

namespace nlp::model {

struct Family;
class Weights;

// Rows between the stages of a block, kept from batch to batch.
struct BlockBuffers {
  tensor::Tensor embedded;              // [N,E], where E is not H
  tensor::Tensor normed;                // [N,H], where norms stand first
  tensor::Tensor query_key_value;       // [N,3*A*D]
  tensor::Tensor context;               // [N,A*D]
  tensor::Tensor summand;               // [N,H]
  tensor::Tensor intermediate;          // [N,F]
  tensor::Tensor gate;                  // [N,F], where the feed-forward is gated
  tensor::Tensor rotation;              // [T,D], where queries and keys are rotated
  tensor::Tensor position_scores;       // [2*T,W], where a head's scores depend on positions
  tensor::Tensor first_rows;            // [N,H], the embeddings, where they are needed later
  tensor::Tensor kept, kept_context;    // [K,H], [K,A*D], where K rows of the last layer are kept
  std::vector<std::int32_t> positions;  // [N]
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  // See Model::encode; the batch has been checked, and keep.sequence is heeded in keep.rows.
  virtual void forward(const Batch& batch, const Keep& keep, dnn::Workspace& workspace,
                       BlockBuffers& buffers, Encoded& dst) const = 0;
};

// dst [K,H] <- the rows of src [N,H].
void gather_rows(const tensor::Tensor& src, std::span<const std::int64_t> rows,
                 tensor::Tensor& dst);

// rows [N,H] -> [K,H], those of `kept` alone.
void keep_rows(std::span<const std::int64_t> kept, BlockBuffers& buffers, tensor::Tensor& rows);

// The encoder of a family.  Throws Error{model}: a tensor is missing or of another shape.
std::unique_ptr<Encoder> read_encoder(const Config& config, const Family& family,
                                      const Weights& weights);

// Throws Error{data}: a text longer than config.max_tokens, or an id out of range.
void check_batch(const Config& config, const Batch& batch);

// The activation as the dnn room names it.
dnn::Activation to_dnn(Activation activation);

}  // namespace nlp::model
