// What stands on the encoder's rows: the heads of a checkpoint.
// Legend: N rows, H hidden, V vocabulary, C labels.
#pragma once
#include <optional>

#include "model/config.hpp"
#include "model/family.hpp"
#include "model/weights.hpp"

namespace nlp::model {

// logits = decoder(norm(f(transform(x)))): the transform shares the encoder's activation; the
// decoder is the word embedding table unless the checkpoint holds another.
struct MaskedLmHead {
  dnn::Linear transform;  // H -> H, with the activation
  dnn::LayerNorm norm;
  dnn::Linear decoder;  // H -> V
};

// tanh(dense(x)) of a text's first row.
using Pooler = dnn::Linear;

// Throws Error{model} where a tensor is missing or of another shape.
MaskedLmHead read_masked_lm(const Config& config, const WeightNames& names, const Weights& weights);

// Which heads there are.  A head counts as there when its own tensors are: a name in
// `architectures` alone is not enough, since computing with absent weights would mean random ones.
bool has_head(Head head, const Config& config, const WeightNames& names, const Weights& weights);

}  // namespace nlp::model
