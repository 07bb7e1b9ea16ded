// T5 and mT5: an encoder and a decoder with RMS norms before each part, no biases, no positions but
// a bias by distance, no scale in attention.
// Source: Raffel et al. 2020, arXiv:1910.10683; Shazeer 2020, arXiv:2002.05202 (the gated
// feed-forward of version 1.1); the reference's modeling_t5.
#include <cmath>
#include <string>

#include "model/config_reader.hpp"
#include "model/families/rows.hpp"

namespace nlp::model::families {
namespace {

// "relu", "gated-gelu", …: the function, and whether its result is multiplied by a gate.
void read_feed_forward_kind(const ConfigReader& reader, Config& config) {
  constexpr std::string_view kKey = "feed_forward_proj", kGated = "gated-";
  if (!reader.find(kKey)) return;
  std::string name = reader.string(kKey);
  config.gated_feed_forward = name.starts_with(kGated);
  if (config.gated_feed_forward) name.erase(0, kGated.size());
  // As the reference does: the files say gelu and were trained with its approximation.
  if (config.gated_feed_forward && name == "gelu") name = "gelu_new";
  config.activation = reader.activation_named(kKey, name);
}

void read_sizes(const ConfigReader& reader, Config& config) {
  read_feed_forward_kind(reader, config);
  config.relative_buckets =
      reader.integer("relative_attention_num_buckets", 4, kMostDistance, config.relative_buckets);
  config.relative_max_distance = reader.integer(
      "relative_attention_max_distance", config.relative_buckets / 2 + 1, kMostDistance, 128);
  if (config.relative_max_distance <= config.relative_buckets / 2)
    reader.fail("relative_attention_num_buckets", "are more than there are distances");
  config.decoder = {
      .layers = reader.integer("num_decoder_layers", 0, kMostLayers, config.layers),
      .heads = config.heads,
      .head_size = config.head_size,
      .intermediate_size = config.intermediate_size,
      .vocab_size = config.vocab_size,
  };
  if (!reader.boolean("is_encoder_decoder", true)) config.decoder.layers = 0;
}

void read_t5(const ConfigReader& reader, Config& config) {
  read_sizes(reader, config);
  // Version 1.0 scales the decoder's rows; files of 1.1 say so by not tying the tables, newer ones
  // by a key of its own.
  if (reader.boolean("scale_decoder_outputs", config.tie_word_embeddings))
    config.decoder.output_scale = 1 / std::sqrt(static_cast<float>(config.hidden_size));
  config.tie_word_embeddings = true;  // where the file has no other table
}

void read_mt5(const ConfigReader& reader, Config& config) {
  read_sizes(reader, config);
  config.tie_word_embeddings = true;
}

Family like_t5(std::string_view model_type) {
  Family family{
      .model_type = model_type,
      .keys = {.hidden_size = "d_model",
               .heads = "num_heads",
               .head_size = "d_kv",
               .layers = "num_layers",
               .intermediate_size = "d_ff",
               .position_rows = {},
               .type_vocab_size = {},
               .activation = {},
               .layer_norm_epsilon = "layer_norm_epsilon"},
      .names = {.prefix = "transformer.",
                .word_embeddings = "shared",
                .own_word_embeddings = "encoder.embed_tokens",
                .relative_bias = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias",
                .layer = "encoder.block.{}.",
                .query = "layer.0.SelfAttention.q",
                .key = "layer.0.SelfAttention.k",
                .value = "layer.0.SelfAttention.v",
                .attention_output = "layer.0.SelfAttention.o",
                .attention_norm = "layer.0.layer_norm",
                .intermediate = "layer.1.DenseReluDense.wi",
                .output = "layer.1.DenseReluDense.wo",
                .output_norm = "layer.1.layer_norm",
                .gated_intermediate = "layer.1.DenseReluDense.wi_0",
                .gate = "layer.1.DenseReluDense.wi_1",
                .final_norm = "encoder.final_layer_norm",
                .lm_decoder = "lm_head",
                .question_answering = {}},
  };
  family.decoder = family.names;
  family.decoder.own_word_embeddings = "decoder.embed_tokens";
  family.decoder.relative_bias = "decoder.block.0.layer.0.SelfAttention.relative_attention_bias";
  family.decoder.layer = "decoder.block.{}.";
  family.decoder.cross_query = "layer.1.EncDecAttention.q";
  family.decoder.cross_key = "layer.1.EncDecAttention.k";
  family.decoder.cross_value = "layer.1.EncDecAttention.v";
  family.decoder.cross_output = "layer.1.EncDecAttention.o";
  family.decoder.cross_norm = "layer.1.layer_norm";
  family.decoder.intermediate = "layer.2.DenseReluDense.wi";
  family.decoder.gated_intermediate = "layer.2.DenseReluDense.wi_0";
  family.decoder.gate = "layer.2.DenseReluDense.wi_1";
  family.decoder.output = "layer.2.DenseReluDense.wo";
  family.decoder.output_norm = "layer.2.layer_norm";
  family.decoder.final_norm = "decoder.final_layer_norm";

  Config& defaults = family.defaults;
  defaults.head_size = 64;
  defaults.layer_norm_epsilon = 1e-6f;
  defaults.rms_norm = true;
  defaults.pre_norm = true;
  defaults.optional_biases = true;
  defaults.activation = Activation::relu;
  defaults.scaled_attention = false;
  defaults.relative_buckets = 32;
  return family;
}

}  // namespace

const Family& t5() {
  static const Family kFamily = [] {
    Family family = like_t5("t5");
    family.read_more = read_t5;
    return family;
  }();
  return kFamily;
}

const Family& mt5() {
  static const Family kFamily = [] {
    Family family = like_t5("mt5");
    family.defaults.activation = Activation::gelu_tanh;
    family.defaults.gated_feed_forward = true;
    family.read_more = read_mt5;
    return family;
  }();
  return kFamily;
}

}  // namespace nlp::model::families
