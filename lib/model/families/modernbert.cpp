// ModernBERT: norms first and hardly any biases, rotated queries and keys, gated feed-forward,
// attention to all tokens in some layers and to near ones in the others.
// Source: Warner et al. 2024, arXiv:2412.13663; the reference's modeling_modernbert.
#include <fmt/format.h>

#include "dnn/attention.hpp"
#include "model/config_reader.hpp"
#include "model/families/rows.hpp"

namespace nlp::model::families {
namespace {

constexpr std::string_view kAll = "full_attention", kNear = "sliding_attention";

// Newer files say it for each kind of layer, older ones by two keys.
float read_rotary_base(const ConfigReader& reader, std::string_view kind, std::string_view old_key,
                       float otherwise) {
  constexpr float kMost = 1e12f;
  const float base = reader.number(old_key, otherwise, kMost);
  const Json* kinds = reader.find("rope_parameters");
  if (!kinds) return base;
  if (!kinds->is_object()) reader.fail("rope_parameters", "is not an object");
  const ConfigReader all(*kinds, reader.where() + ": rope_parameters");
  const Json* own = all.find(kind);
  if (!own) return base;
  if (!own->is_object()) all.fail(kind, "is not an object");
  const ConfigReader one(*own, fmt::format("{}: {}", all.where(), kind));
  one.require("rope_type", "\"default\"");
  return one.number("rope_theta", base, kMost);
}

// Whether a layer sees near tokens only.
std::vector<bool> read_near_layers(const ConfigReader& reader, const Config& config) {
  std::vector<bool> near;
  const Json* types = reader.find("layer_types");
  if (!types) {
    const auto every = reader.integer("global_attn_every_n_layers", 1, kMostLayers, 3);
    for (std::int64_t layer = 0; layer < config.layers; ++layer) near.push_back(layer % every != 0);
    return near;
  }
  if (!types->is_array() || types->size() != static_cast<std::size_t>(config.layers))
    reader.fail("layer_types", fmt::format("is not a list of {} layers", config.layers));
  for (const Json& type : *types) {
    const std::string name = type.is_string() ? type.get<std::string>() : std::string();
    if (name != kAll && name != kNear)
      reader.fail("layer_types", fmt::format("{} is not supported (known: {}, {})",
                                             type.dump().substr(0, 60), kAll, kNear));
    near.push_back(name == kNear);
  }
  return near;
}

void read_modernbert(const ConfigReader& reader, Config& config) {
  if (config.head_size % 2 != 0)
    reader.fail("num_attention_heads", "makes heads of an odd size, which cannot be rotated");
  reader.require("rope_scaling", "null");
  const float all_base = read_rotary_base(reader, kAll, "global_rope_theta", 160000.0f);
  const float near_base = read_rotary_base(reader, kNear, "local_rope_theta", 10000.0f);
  const std::int64_t window = reader.integer("local_attention", 0, kMostRows, 128);
  for (const bool near : read_near_layers(reader, config)) {
    config.reach.push_back(near ? window / 2 : dnn::AttentionShape::kAll);
    config.rotary_bases.push_back(near ? near_base : all_base);
  }
  // Both kinds of heads share a layer with this activation.
  config.pooled_activation = reader.activation("classifier_activation", Activation::gelu_erf);
  config.head_activation = config.pooled_activation;
  if (reader.find("classifier_pooling")) {
    const std::string pooling = reader.string("classifier_pooling");
    if (pooling != "cls" && pooling != "mean")
      reader.fail("classifier_pooling",
                  fmt::format("\"{}\" is not supported (known: cls, mean)", pooling));
    config.pooling = pooling == "mean" ? SequencePooling::mean : SequencePooling::first;
  }
}

}  // namespace

const Family& modernbert() {
  static const Family kFamily = [] {
    Family family{
        .model_type = "modernbert",
        .keys = {.type_vocab_size = {},
                 .embedding_size = {},
                 .activation = "hidden_activation",
                 .layer_norm_epsilon = "norm_eps"},
        .names = {.prefix = "model.",
                  .word_embeddings = "embeddings.tok_embeddings",
                  .embeddings_norm = "embeddings.norm",
                  .layer = "layers.{}.",
                  .attention_output = "attn.Wo",
                  .attention_norm = "attn_norm",
                  .query_key_value = "attn.Wqkv",
                  .output = "mlp.Wo",
                  .output_norm = "mlp_norm",
                  .intermediate_gate = "mlp.Wi",
                  .final_norm = "final_norm",
                  .lm_transform = "head.dense",
                  .lm_norm = "head.norm",
                  .lm_decoder = "decoder",
                  .lm_bias = "decoder.bias",
                  .sequence_dense = "head.dense",
                  .sequence_norm = "head.norm",
                  .token_dense = "head.dense",
                  .token_norm = "head.norm",
                  .question_answering = "classifier",
                  .question_dense = "head.dense",
                  .question_norm = "head.norm"},
        .read_more = read_modernbert,
    };
    family.defaults.pre_norm = true;
    family.defaults.bare_first_attention = true;
    family.defaults.optional_biases = true;
    family.defaults.layer_norm_epsilon = 1e-5f;
    family.defaults.pad_token_id = 50283;
    return family;
  }();
  return kFamily;
}

}  // namespace nlp::model::families
