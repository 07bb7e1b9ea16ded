// ALBERT: layers share weights by group, embeddings are narrower than the rows.
// Source: Lan et al. 2020, arXiv:1909.11942; the reference's modeling_albert.
#include "model/config_reader.hpp"
#include "model/families/rows.hpp"

namespace nlp::model::families {
namespace {

void read_groups(const ConfigReader& reader, Config& config) {
  config.layer_groups = reader.integer("num_hidden_groups", 1, kMostLayers, 1);
  config.blocks_in_group = reader.integer("inner_group_num", 1, kMostLayers, 1);
}

}  // namespace

const Family& albert() {
  static const Family kFamily = [] {
    Family family{
        .model_type = "albert",
        .keys = {.embedding_size = "embedding_size"},
        .names = {.prefix = "albert.",
                  .word_embeddings = "embeddings.word_embeddings",
                  .position_embeddings = "embeddings.position_embeddings",
                  .type_embeddings = "embeddings.token_type_embeddings",
                  .embeddings_norm = "embeddings.LayerNorm",
                  .embeddings_projection = "encoder.embedding_hidden_mapping_in",
                  .layer = "encoder.albert_layer_groups.{}.albert_layers.{}.",
                  .query = "attention.query",
                  .key = "attention.key",
                  .value = "attention.value",
                  .attention_output = "attention.dense",
                  .attention_norm = "attention.LayerNorm",
                  .intermediate = "ffn",
                  .output = "ffn_output",
                  .output_norm = "full_layer_layer_norm",
                  .lm_transform = "predictions.dense",
                  .lm_norm = "predictions.LayerNorm",
                  .lm_decoder = "predictions.decoder",
                  .lm_bias = "predictions.bias",
                  .pooler = "pooler",
                  .next_sentence = "sop_classifier.classifier"},
        .read_more = read_groups,
    };
    family.defaults.type_vocab_size = 2;
    family.defaults.embedding_size = 128;
    family.defaults.activation = Activation::gelu_tanh;
    return family;
  }();
  return kFamily;
}

}  // namespace nlp::model::families
