// Reformer: reversible streams, positions by axes, attention in chunks.
// Source: Kitaev, Kaiser, Levskaya 2020, arXiv:2001.04451; the reference's modeling_reformer.
#include "model/reformer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "model/config_reader.hpp"
#include "model/families/rows.hpp"

namespace nlp::model::families {
namespace {

constexpr std::int64_t kMostChunk = 1 << 20, kMostChunks = 1 << 10;

std::vector<std::int64_t> read_sizes(const ConfigReader& reader, std::string_view key,
                                     std::vector<std::int64_t> otherwise) {
  const Json* value = reader.find(key);
  if (!value) return otherwise;
  std::vector<std::int64_t> sizes;
  if (!value->is_array()) reader.fail(key, "is not a list of sizes");
  for (const Json& size : *value) {
    if (!size.is_number_integer() || size.get<std::int64_t>() < 1 ||
        size.get<std::int64_t>() > kMostWidth)
      reader.fail(key, "is not a list of sizes");
    sizes.push_back(size.get<std::int64_t>());
  }
  return sizes;
}

Chunks read_chunks(const ConfigReader& reader, const std::string& kind) {
  return {reader.integer(kind + "_attn_chunk_length", 1, kMostChunk, 64),
          reader.integer(kind + "_num_chunks_before", 0, kMostChunks, 1),
          reader.integer(kind + "_num_chunks_after", 0, kMostChunks, 0)};
}

void read_layers(const ConfigReader& reader, Config& config) {
  const Json* kinds = reader.find("attn_layers");
  if (!kinds) reader.fail("attn_layers", "is missing (expected a list of local and lsh)");
  if (!kinds->is_array() || kinds->size() != static_cast<std::size_t>(config.layers))
    reader.fail("attn_layers", fmt::format("is not a list of {} layers", config.layers));
  for (const Json& kind : *kinds) {
    const std::string name = kind.is_string() ? kind.get<std::string>() : kind.dump();
    if (name != "lsh" && name != "local")
      reader.fail("attn_layers",
                  fmt::format("\"{}\" is not supported (known: local, lsh)", name.substr(0, 60)));
    config.reformer.layers.push_back(name == "lsh" ? LayerKind::hashed : LayerKind::local);
  }
}

void read_axes(const ConfigReader& reader, Config& config) {
  Reformer& kind = config.reformer;
  if (!reader.boolean("axial_pos_embds", true)) return;
  kind.axis_rows = read_sizes(reader, "axial_pos_shape", {64, 64});
  kind.axis_sizes = read_sizes(reader, "axial_pos_embds_dim", {64, 192});
  std::int64_t rows = 1, sizes = 0;
  for (const std::int64_t size : kind.axis_sizes) sizes += size;
  for (const std::int64_t axis : kind.axis_rows) rows = std::min(rows * axis, kMostRows);
  if (kind.axis_rows.size() != 2 || kind.axis_sizes.size() != 2 || sizes != config.hidden_size)
    reader.fail("axial_pos_embds_dim",
                fmt::format("and axial_pos_shape are not of two axes whose sizes sum to {}",
                            config.hidden_size));
  config.max_tokens = std::min(config.max_tokens, rows);
}

void read_reformer(const ConfigReader& reader, Config& config) {
  Reformer& kind = config.reformer;
  read_layers(reader, config);
  read_axes(reader, config);
  kind.local = read_chunks(reader, "local");
  kind.hashed = read_chunks(reader, "lsh");
  kind.rounds = reader.integer("num_hashes", 1, 1 << 10, 1);
  kind.max_tokens = config.position_rows;
  kind.seed = static_cast<std::uint64_t>(reader.integer("hash_seed", 0, INT64_MAX, 0));
  const Json* buckets = reader.find("num_buckets");
  if (buckets && buckets->is_array())
    kind.buckets = read_sizes(reader, "num_buckets", {});
  else if (buckets)
    kind.buckets = {reader.integer("num_buckets", 2, kMostWidth)};
  for (const std::int64_t factor : kind.buckets)
    if (factor % 2 != 0) reader.fail("num_buckets", fmt::format("{} is not even", factor));
  config.output_size = 2 * config.hidden_size;
}

std::unique_ptr<Encoder> make_reformer(const Config& config, const Family& family,
                                       const Weights& weights) {
  return std::make_unique<ReformerEncoder>(config, family, weights);
}

}  // namespace

const Family& reformer() {
  static const Family kFamily = [] {
    Family family{
        .model_type = "reformer",
        .keys = {.head_size = "attention_head_size",
                 .intermediate_size = "feed_forward_size",
                 .type_vocab_size = {}},
        .names = {.prefix = "reformer.",
                  .word_embeddings = "embeddings.word_embeddings",
                  .position_embeddings = "embeddings.position_embeddings",
                  .layer = "encoder.layers.{}.",
                  .query = "attention.self_attention.query",
                  .key = "attention.self_attention.key",
                  .value = "attention.self_attention.value",
                  .attention_output = "attention.output.dense",
                  .attention_norm = "attention.layer_norm",
                  .query_key_value = "attention.self_attention.query_key",  // one for both
                  .intermediate = "feed_forward.dense.dense",
                  .output = "feed_forward.output.dense",
                  .output_norm = "feed_forward.layer_norm",
                  .final_norm = "encoder.layer_norm",
                  // The reference stores lm_head.bias too, and does not add it.
                  .lm_decoder = "lm_head.decoder",
                  .sequence_dense = "classifier.dense",
                  .sequence_classifier = "classifier.out_proj"},
        .read_more = read_reformer,
        .make_encoder = make_reformer,
    };
    family.defaults.head_size = 64;
    family.defaults.optional_biases = true;
    family.defaults.activation = Activation::relu;
    family.defaults.tie_word_embeddings = false;
    return family;
  }();
  return kFamily;
}

}  // namespace nlp::model::families
