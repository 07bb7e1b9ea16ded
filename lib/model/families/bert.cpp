// BERT.  Source: Devlin et al. 2019, arXiv:1810.04805; the reference's modeling_bert.
#include "model/families/bert_names.hpp"
#include "model/families/rows.hpp"

namespace nlp::model::families {

WeightNames bert_names(std::string_view prefix) {
  return {
      .prefix = prefix,
      .word_embeddings = "embeddings.word_embeddings",
      .position_embeddings = "embeddings.position_embeddings",
      .type_embeddings = "embeddings.token_type_embeddings",
      .embeddings_norm = "embeddings.LayerNorm",
      .layer = "encoder.layer.{}.",
      .query = "attention.self.query",
      .key = "attention.self.key",
      .value = "attention.self.value",
      .attention_output = "attention.output.dense",
      .attention_norm = "attention.output.LayerNorm",
      .intermediate = "intermediate.dense",
      .output = "output.dense",
      .output_norm = "output.LayerNorm",
  };
}

const Family& bert() {
  static const Family kFamily = [] {
    Family family{.model_type = "bert", .names = bert_names("bert.")};
    family.names.lm_transform = "cls.predictions.transform.dense";
    family.names.lm_norm = "cls.predictions.transform.LayerNorm";
    family.names.lm_decoder = "cls.predictions.decoder";
    family.names.lm_bias = "cls.predictions.bias";
    family.names.pooler = "pooler.dense";
    family.names.next_sentence = "cls.seq_relationship";
    family.defaults.type_vocab_size = 2;
    return family;
  }();
  return kFamily;
}

}  // namespace nlp::model::families
