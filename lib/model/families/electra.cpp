// ELECTRA: a generator that fills masks, a discriminator that tells replaced tokens.
// Source: Clark et al. 2020, arXiv:2003.10555; the reference's modeling_electra.
#include "model/families/bert_names.hpp"
#include "model/families/rows.hpp"

namespace nlp::model::families {

const Family& electra() {
  static const Family kFamily = [] {
    Family family{.model_type = "electra",
                  .keys = {.embedding_size = "embedding_size"},
                  .names = bert_names("electra.")};
    family.names.embeddings_projection = "embeddings_project";
    family.names.lm_transform = "generator_predictions.dense";
    family.names.lm_norm = "generator_predictions.LayerNorm";
    family.names.lm_decoder = "generator_lm_head";
    family.names.lm_bias = "generator_lm_head.bias";
    family.names.sequence_dense = "classifier.dense";
    family.names.sequence_classifier = "classifier.out_proj";
    family.names.replaced_dense = "discriminator_predictions.dense";
    family.names.replaced_prediction = "discriminator_predictions.dense_prediction";
    family.defaults.type_vocab_size = 2;
    family.defaults.embedding_size = 128;
    family.defaults.pooled_activation = Activation::gelu_erf;
    return family;
  }();
  return kFamily;
}

}  // namespace nlp::model::families
