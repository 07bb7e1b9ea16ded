// Reformer's encoder: two streams of rows, each block's attention read from one and added to the
// other, so that training could compute the inputs of a layer from its outputs.
// Source: Kitaev, Kaiser, Levskaya 2020, arXiv:2001.04451, section 3; the reference's
// modeling_reformer.
// Legend: N rows, H hidden, A heads, D head size, L layers.
#pragma once
#include <memory>
#include <vector>

#include "model/encoder.hpp"
#include "model/transformer.hpp"

namespace nlp::model {

class ReformerEncoder final : public Encoder {
 public:
  // Throws Error{model}: a tensor is missing or of another shape.
  ReformerEncoder(const Config& config, const Family& family, const Weights& weights);

  // dst.last becomes [N,2*H], both streams normed together; dst.hidden[k] is the second stream.
  void forward(const Batch& batch, const Keep& keep, dnn::Workspace& workspace,
               BlockBuffers& buffers, Encoded& dst) const override;

 private:
  struct Layer {
    dnn::LayerNorm attention_norm;
    std::unique_ptr<Attention> attention;
    dnn::Linear attention_output;  // A*D -> H
    dnn::LayerNorm output_norm;
    FeedForward feed_forward;
  };

  Layer read_layer(const Family& family, const Weights& weights, std::int64_t layer) const;
  void embed(const Batch& batch, dnn::Matrix dst) const;

  const Config& config_;
  dnn::Embedding words_;                   // [V,H]
  std::vector<dnn::Embedding> positions_;  // one table, or one for each axis of positions
  std::vector<Layer> layers_;
  dnn::LayerNorm final_norm_;  // [2*H]
};

}  // namespace nlp::model
