// Marian, the translators of OPUS-MT: norms behind each part, sines and cosines as positions,
// scaled words, no norm behind them.
// Source: Junczys-Dowmunt et al. 2018, arXiv:1804.00344; the reference's modeling_marian.
#include <cmath>

#include "model/config_reader.hpp"
#include "model/families/rows.hpp"

namespace nlp::model::families {
namespace {

void read_marian(const ConfigReader& reader, Config& config) {
  if (reader.boolean("scale_embedding", false))
    config.embedding_scale = std::sqrt(static_cast<float>(config.hidden_size));
  config.decoder = {
      .layers = reader.integer("decoder_layers", 0, kMostLayers, 12),
      .heads = reader.integer("decoder_attention_heads", 1, kMostWidth, 16),
      .head_size = 0,
      .intermediate_size = reader.integer("decoder_ffn_dim", 1, kMostWidth, 4096),
      .vocab_size = reader.integer("decoder_vocab_size", 1, kMostRows, config.vocab_size),
  };
  if (config.hidden_size % config.decoder.heads != 0)
    reader.fail("decoder_attention_heads", "do not divide d_model");
  config.decoder.head_size = config.hidden_size / config.decoder.heads;
}

}  // namespace

const Family& marian() {
  static const Family kFamily = [] {
    Family family{
        .model_type = "marian",
        .keys = {.hidden_size = "d_model",
                 .heads = "encoder_attention_heads",
                 .layers = "encoder_layers",
                 .intermediate_size = "encoder_ffn_dim",
                 .type_vocab_size = {},
                 .activation = "activation_function",
                 .layer_norm_epsilon = {}},  // 1e-5 in code
        .names = {.prefix = "model.",
                  .word_embeddings = "shared",
                  .position_embeddings = "encoder.embed_positions",
                  .own_word_embeddings = "encoder.embed_tokens",
                  .layer = "encoder.layers.{}.",
                  .query = "self_attn.q_proj",
                  .key = "self_attn.k_proj",
                  .value = "self_attn.v_proj",
                  .attention_output = "self_attn.out_proj",
                  .attention_norm = "self_attn_layer_norm",
                  .intermediate = "fc1",
                  .output = "fc2",
                  .output_norm = "final_layer_norm",
                  .question_answering = {}},
        .read_more = read_marian,
    };
    family.decoder = family.names;
    family.decoder.position_embeddings = "decoder.embed_positions";
    family.decoder.own_word_embeddings = "decoder.embed_tokens";
    family.decoder.layer = "decoder.layers.{}.";
    family.decoder.cross_query = "encoder_attn.q_proj";
    family.decoder.cross_key = "encoder_attn.k_proj";
    family.decoder.cross_value = "encoder_attn.v_proj";
    family.decoder.cross_output = "encoder_attn.out_proj";
    family.decoder.cross_norm = "encoder_attn_layer_norm";
    family.decoder.lm_decoder = "lm_head";
    family.decoder.lm_bias = "final_logits_bias";

    family.defaults.layer_norm_epsilon = 1e-5f;
    family.defaults.sinusoidal_positions = true;
    return family;
  }();
  return kFamily;
}

}  // namespace nlp::model::families
