// Longformer: RoBERTa with attention to near tokens, and global tokens for the heads that read a
// whole text.  The reference pads texts to a multiple of the window; that changes no result.
// Source: Beltagy et al. 2020, arXiv:2004.05150; the reference's modeling_longformer.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "model/config_reader.hpp"
#include "model/families/bert_names.hpp"
#include "model/families/like_roberta.hpp"
#include "model/families/rows.hpp"
#include "model/global_attention.hpp"

namespace nlp::model::families {
namespace {

constexpr std::int64_t kMostWindow = 1 << 24;

std::int64_t half_window(const ConfigReader& reader, std::int64_t window) {
  if (window < 2 || window > kMostWindow || window % 2 != 0)
    reader.fail("attention_window", fmt::format("{} is not an even number above 0", window));
  return window / 2;
}

void read_longformer(const ConfigReader& reader, Config& config) {
  read_positions_behind_pad(reader, config);
  const auto layers = static_cast<std::size_t>(config.layers);
  const Json* windows = reader.find("attention_window");
  if (windows && windows->is_array()) {
    if (windows->size() != layers)
      reader.fail("attention_window", fmt::format("is not a list of {} layers", config.layers));
    for (const Json& window : *windows) {
      if (!window.is_number_integer()) reader.fail("attention_window", "is not a list of sizes");
      config.reach.push_back(half_window(reader, window.get<std::int64_t>()));
    }
  } else {
    const auto window = reader.integer("attention_window", 2, kMostWindow, 512);
    config.reach.assign(layers, half_window(reader, window));
  }
  config.sep_token_id = reader.integer("sep_token_id", 0, kMostRows, 2);
  for (const std::string& name : config.architectures) {
    if (name.ends_with("ForSequenceClassification")) config.global_tokens = GlobalTokens::first;
    if (name.ends_with("ForQuestionAnswering")) config.global_tokens = GlobalTokens::question;
  }
}

std::unique_ptr<Attention> make_longformer(const Config& config, const WeightNames& names,
                                           const Weights& weights, std::string_view before,
                                           std::int64_t layer) {
  dnn::Linear rows = read_query_key_value(config, names, weights, before);
  if (config.global_tokens == GlobalTokens::none)
    return std::make_unique<DotProductAttention>(attention_shape(config, layer), std::move(rows),
                                                 0.0f, nullptr);
  const auto global = [&](std::string_view part) {
    return fmt::format("{}{}_global", before, part);
  };
  const auto width = config.heads * config.head_size;
  return std::make_unique<GlobalAttention>(
      config, layer, std::move(rows),
      weights.linear({global(names.query)}, width, config.hidden_size),
      weights.linear({global(names.key), global(names.value)}, width, config.hidden_size));
}

}  // namespace

const Family& longformer() {
  static const Family kFamily = [] {
    Family family{.model_type = "longformer", .names = bert_names("longformer.")};
    set_roberta_heads(family);
    family.names.pooler = "pooler.dense";
    family.defaults.type_vocab_size = 2;
    family.read_more = read_longformer;
    family.make_attention = make_longformer;
    return family;
  }();
  return kFamily;
}

}  // namespace nlp::model::families
