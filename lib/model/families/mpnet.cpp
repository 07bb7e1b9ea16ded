// MPNet: RoBERTa's positions and head, and a bias by distance that all layers share.
// Source: Song et al. 2020, arXiv:2004.09297; the reference's modeling_mpnet.
#include "model/config_reader.hpp"
#include "model/families/like_roberta.hpp"
#include "model/families/rows.hpp"

namespace nlp::model::families {
namespace {

void read_mpnet(const ConfigReader& reader, Config& config) {
  read_positions_behind_pad(reader, config);
  config.relative_buckets = reader.integer("relative_attention_num_buckets", 4, kMostWidth, 32);
}

}  // namespace

const Family& mpnet() {
  static const Family kFamily = [] {
    Family family{
        .model_type = "mpnet",
        .keys = {.type_vocab_size = {}},
        .names = {.prefix = "mpnet.",
                  .word_embeddings = "embeddings.word_embeddings",
                  .position_embeddings = "embeddings.position_embeddings",
                  .embeddings_norm = "embeddings.LayerNorm",
                  .relative_bias = "encoder.relative_attention_bias",
                  .layer = "encoder.layer.{}.",
                  .query = "attention.attn.q",
                  .key = "attention.attn.k",
                  .value = "attention.attn.v",
                  .attention_output = "attention.attn.o",
                  .attention_norm = "attention.LayerNorm",
                  .intermediate = "intermediate.dense",
                  .output = "output.dense",
                  .output_norm = "output.LayerNorm",
                  .pooler = "pooler.dense"},
        .read_more = read_mpnet,
    };
    set_roberta_heads(family);
    return family;
  }();
  return kFamily;
}

}  // namespace nlp::model::families
