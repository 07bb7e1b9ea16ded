// What stands on the encoder's rows: the heads of a checkpoint.
// Legend: N rows, H hidden, E embedding, V vocabulary, C labels.
#pragma once
#include <optional>

#include "dnn/layer_norm.hpp"
#include "dnn/linear.hpp"
#include "model/config.hpp"
#include "model/family.hpp"
#include "model/weights.hpp"

namespace nlp::model {

// dst = last(norm(f(first src))); first and norm may be absent.
struct HeadLayers {
  std::optional<dnn::Linear> first;  // with the activation
  std::optional<dnn::LayerNorm> norm;
  dnn::Linear last;

  // dst becomes [src.rows, last.outputs()].
  void forward(const tensor::Tensor& src, dnn::Workspace& workspace, tensor::Tensor& between,
               tensor::Tensor& dst) const;
};

// Throws Error{model} where a tensor is missing or of another shape.  The masked-LM decoder is the
// word embedding table unless the checkpoint holds another.
HeadLayers read_head(Head head, const Config& config, const WeightNames& names,
                     const Weights& weights);

// Which heads there are.  A head counts as there when its own tensors are: a name in
// `architectures` alone is not enough, since computing with absent weights would mean random ones.
bool has_head(Head head, const Config& config, const WeightNames& names, const Weights& weights);

}  // namespace nlp::model
