// DeBERTa, its first version and the second, whose files the third has too.
// Source: He et al. 2021, arXiv:2006.03654 and arXiv:2111.09543; the reference's modeling_deberta
// and modeling_deberta_v2.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "model/config_reader.hpp"
#include "model/disentangled.hpp"
#include "model/families/bert_names.hpp"
#include "model/families/rows.hpp"

namespace nlp::model::families {
namespace {

// "p2c|c2p", or a list of such words.
std::vector<std::string> read_words(const ConfigReader& reader, std::string_view key) {
  std::vector<std::string> words;
  const Json* value = reader.find(key);
  if (!value) return words;
  const auto add = [&](std::string word) {
    std::erase(word, ' ');
    std::ranges::transform(word, word.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (!word.empty()) words.push_back(word);
  };
  if (value->is_string()) {
    const std::string text = value->get<std::string>();
    for (std::size_t at = 0, bar = 0; bar != std::string::npos; at = bar + 1) {
      bar = text.find('|', at);
      add(text.substr(at, bar == std::string::npos ? bar : bar - at));
    }
    return words;
  }
  if (!value->is_array()) reader.fail(key, "is not a list of strings");
  for (const Json& word : *value) {
    if (!word.is_string()) reader.fail(key, "is not a list of strings");
    add(word.get<std::string>());
  }
  return words;
}

void read_disentangled(const ConfigReader& reader, Config& config) {
  Disentangled& kind = config.disentangled;
  for (const std::string& word : read_words(reader, "pos_att_type")) {
    if (word != "c2p" && word != "p2c")
      reader.fail("pos_att_type", fmt::format("\"{}\" is not supported (known: c2p, p2c)", word));
    bool& has = word == "c2p" ? kind.content_to_position : kind.position_to_content;
    if (has) reader.fail("pos_att_type", fmt::format("names \"{}\" twice", word));
    has = true;
  }
  kind.kinds = 1 + kind.content_to_position + kind.position_to_content;
  if (!reader.boolean("relative_attention", false)) return;
  kind.max_distance = reader.integer("max_relative_positions", -1, kMostRows, -1);
  if (kind.max_distance < 1) kind.max_distance = config.position_rows;
  kind.span = kind.max_distance;
}

void read_deberta(const ConfigReader& reader, Config& config) {
  reader.require("embedding_size", std::to_string(config.hidden_size).c_str());
  reader.require("attention_head_size", std::to_string(config.head_size).c_str());
  reader.require("pooler_hidden_size", std::to_string(config.hidden_size).c_str());
  reader.require("talking_head", "false");
  read_disentangled(reader, config);
  if (!reader.boolean("position_biased_input", true)) config.position_rows = 0;
  config.pooled_activation = reader.activation("pooler_hidden_act", Activation::gelu_erf);
  config.prefers_other_lm = !reader.boolean("legacy", true);
}

void read_deberta_v2(const ConfigReader& reader, Config& config) {
  read_deberta(reader, config);
  Disentangled& kind = config.disentangled;
  if (kind.span > 0) {
    kind.shares_projections = reader.boolean("share_att_key", false);
    const std::int64_t buckets = reader.integer("position_buckets", -1, kMostRows, -1);
    kind.buckets = buckets > 0;
    if (kind.buckets) kind.span = buckets;
    // Fewer leave nothing to take a logarithm of.
    if (kind.buckets && (buckets < 4 || kind.max_distance - 1 <= buckets / 2))
      reader.fail("position_buckets", "do not fit max_relative_positions");
    for (const std::string& word : read_words(reader, "norm_rel_ebd")) {
      if (word != "layer_norm" && word != "none")
        reader.fail("norm_rel_ebd",
                    fmt::format("\"{}\" is not supported (known: layer_norm, none)", word));
      kind.norm = kind.norm || word == "layer_norm";
    }
  }
  config.convolution.size = reader.integer("conv_kernel_size", 0, 1 << 10, 0);
  if (config.convolution.size == 0) return;
  if (config.convolution.size % 2 == 0) reader.fail("conv_kernel_size", "is not odd");
  reader.require("conv_groups", "1");
  config.convolution.activation = reader.activation("conv_act", Activation::tanh);
}

// The first version stacks query, key and value head by head, and has no bias for keys.
dnn::Linear read_stacked_by_head(const Config& config, const WeightNames& names,
                                 const Weights& weights, const std::string& before) {
  const auto heads = config.heads, size = config.head_size, hidden = config.hidden_size;
  const auto width = heads * size;
  const tensor::TensorView& stored =
      weights.tensor(before + std::string(names.query_key_value) + ".weight", {3 * width, hidden});
  tensor::Tensor weight({3 * width, hidden}), bias = tensor::Tensor::zeros({3 * width});
  for (std::int64_t part = 0; part < 3; ++part)
    for (std::int64_t head = 0; head < heads; ++head)
      tensor::to_f32(stored, (head * 3 + part) * size * hidden,
                     weight.values().subspan((part * width + head * size) * hidden, size * hidden));
  const auto read_bias = [&](std::string_view name, std::int64_t part) {
    tensor::to_f32(weights.tensor(before + std::string(name), {width}), 0,
                   bias.values().subspan(part * width, width));
  };
  read_bias(names.query, 0);
  read_bias(names.value, 2);
  const auto view = [](const tensor::Tensor& values) {
    return tensor::TensorView{tensor::DType::f32, values.shape(),
                              reinterpret_cast<const std::byte*>(values.data())};
  };
  const tensor::TensorView weight_view = view(weight), bias_view = view(bias);
  return weights.linear({&weight_view, 1}, {&bias_view, 1});
}

std::unique_ptr<Attention> make_first(const Config& config, const WeightNames& names,
                                      const Weights& weights, std::string_view before,
                                      std::int64_t /*layer*/) {
  return std::make_unique<DisentangledAttention>(
      config, names, weights, read_stacked_by_head(config, names, weights, std::string(before)),
      read_positions(config, names, weights, before));
}

std::unique_ptr<Attention> make_second(const Config& config, const WeightNames& names,
                                       const Weights& weights, std::string_view before,
                                       std::int64_t /*layer*/) {
  return std::make_unique<DisentangledAttention>(
      config, names, weights, read_query_key_value(config, names, weights, before),
      read_positions(config, names, weights, before));
}

// Original files have the head that the reference calls lm_predictions only.
Family like_deberta(std::string_view model_type) {
  Family family{.model_type = model_type, .names = bert_names("deberta.")};
  WeightNames& names = family.names;
  names.relative_embeddings = "encoder.rel_embeddings";
  names.lm_transform = "cls.predictions.transform.dense";
  names.lm_norm = "cls.predictions.transform.LayerNorm";
  names.lm_decoder = "cls.predictions.decoder";
  names.lm_bias = "cls.predictions.bias";
  names.other_lm_transform = "lm_predictions.lm_head.dense";
  names.other_lm_norm = "lm_predictions.lm_head.LayerNorm";
  names.other_lm_bias = "lm_predictions.lm_head.bias";
  names.discriminator = "mask_predictions.classifier";
  names.sequence_dense = "pooler.dense";
  family.defaults.layer_norm_epsilon = 1e-7f;
  return family;
}

}  // namespace

const Family& deberta() {
  static const Family kFamily = [] {
    Family family = like_deberta("deberta");
    WeightNames& names = family.names;
    names.query_key_value = "attention.self.in_proj";
    names.query = "attention.self.q_bias";  // tensors, where others have modules
    names.value = "attention.self.v_bias";
    names.position_query = "attention.self.pos_q_proj";
    names.position_key = "attention.self.pos_proj";
    family.read_more = read_deberta;
    family.make_attention = make_first;
    return family;
  }();
  return kFamily;
}

const Family& deberta_v2() {
  static const Family kFamily = [] {
    Family family = like_deberta("deberta-v2");
    WeightNames& names = family.names;
    names.query = "attention.self.query_proj";
    names.key = "attention.self.key_proj";
    names.value = "attention.self.value_proj";
    names.relative_norm = "encoder.LayerNorm";
    names.position_query = "attention.self.pos_query_proj";
    names.position_key = "attention.self.pos_key_proj";
    names.convolution = "encoder.conv.conv";
    names.convolution_norm = "encoder.conv.LayerNorm";
    family.read_more = read_deberta_v2;
    family.make_attention = make_second;
    return family;
  }();
  return kFamily;
}

}  // namespace nlp::model::families
