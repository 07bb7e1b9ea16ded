// Word, position and type rows summed and normalised; projected where they are narrower.
// Legend: N rows, E embedding, H hidden, V vocabulary.
#pragma once
#include <optional>

#include "model/encoder.hpp"
#include "model/family.hpp"
#include "model/sinusoids.hpp"
#include "model/weights.hpp"

namespace nlp::model {

class Embeddings {
 public:
  // Throws Error{model}: a tensor is missing or of another shape.
  Embeddings(const Config& config, const WeightNames& names, const Weights& weights);

  // dst becomes [N,H].
  void forward(const Batch& batch, dnn::Workspace& workspace, BlockBuffers& buffers,
               tensor::Tensor& dst) const;
  // The same for tokens at given positions; type_ids may be empty where the family has no types.
  void forward(std::span<const std::int32_t> ids, std::span<const std::int32_t> type_ids,
               std::span<const std::int32_t> positions, dnn::Workspace& workspace,
               BlockBuffers& buffers, tensor::Tensor& dst) const;

  // The norm that ends the rows, or null.
  const dnn::LayerNorm* last_norm() const { return norm_ && !projection_ ? &*norm_ : nullptr; }

 private:
  const Config& config_;
  dnn::Embedding word_;      // [V,E]
  dnn::Embedding position_;  // [position_rows,E]; no rows: the family has none
  std::optional<Sinusoids> sinusoids_;
  dnn::Embedding type_;  // [type_vocab_size,E]; no rows: the family has none
  std::optional<dnn::LayerNorm> norm_;
  std::optional<dnn::Linear> projection_;  // E -> H
};

// Row of each token in the position table: counted from config.first_position in each text.
// Source: the reference's create_position_ids_from_input_ids where pads keep their position.
void token_positions(const Config& config, const Batch& batch, std::vector<std::int32_t>& dst);

// The word table; that of the tied decoder stands in where only it was stored.
const tensor::TensorView& word_table(const Config& config, const WeightNames& names,
                                     const Weights& weights);

}  // namespace nlp::model
