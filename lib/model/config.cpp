#include "model/config.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/json.hpp"
#include "model/config_reader.hpp"
#include "model/family.hpp"
#include "model/int8_mark.hpp"

namespace nlp::model {
namespace {

// Keys that change the mathematics, with the only value that is computed here.  Absent is that
// value.
struct Fixed {
  std::string_view key;
  const char* only;  // JSON
};
constexpr std::string_view kHasDecoder = "is_encoder_decoder",
                           kPositionType = "position_embedding_type";
constexpr Fixed kFixed[] = {
    {kPositionType, "\"absolute\""}, {"is_decoder", "false"}, {"add_cross_attention", "false"},
    {kHasDecoder, "false"},          {"pruned_heads", "{}"},  {kQuantization, kInt8Rows},
};

// The family whose name stands in the model's, the longest of several: what older files, which do
// not say it, are by.  A snapshot of the store is called by its repository.
// Source: AutoConfig.from_pretrained of Hugging Face transformers.
std::string type_by_name(const std::filesystem::path& directory) {
  // Without "." and a slash at the end, which would leave no name.
  const auto whole = std::filesystem::absolute(directory / "").lexically_normal();
  std::string name = whole.parent_path().filename().string();
  for (const auto& part : directory)
    if (part.string().starts_with("models--")) name = part.string();
  std::string_view best;
  for (const Family* family : all_families())
    if (family->model_type.size() > best.size() && name.find(family->model_type) != name.npos)
      best = family->model_type;
  return std::string(best);
}

std::vector<std::string> read_labels(const ConfigReader& reader) {
  const Json* names = reader.find("id2label");
  const std::int64_t given = reader.integer("num_labels", 1, kMostLabels, 0);
  if (!names) {
    std::vector<std::string> labels;
    for (std::int64_t k = 0; k < (given ? given : 2); ++k)
      labels.push_back(fmt::format("LABEL_{}", k));
    return labels;
  }
  if (!names->is_object()) reader.fail("id2label", "is not an object of id: label");
  std::vector<std::string> labels(names->size());
  std::vector<bool> seen(names->size());
  for (const auto& [key, value] : names->items()) {
    std::size_t id = names->size();
    if (!key.empty() && key.size() < 8 && key.find_first_not_of("0123456789") == std::string::npos)
      id = static_cast<std::size_t>(std::stoul(key));
    if (id >= labels.size() || seen[id] || value.is_structured() || value.is_null())
      reader.fail("id2label",
                  fmt::format("has a wrong entry \"{}\" (expected ids 0 to {}, each once, "
                              "each with a string)",
                              key, labels.size() - 1));
    seen[id] = true;
    labels[id] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return labels;
}

Problem read_problem(const ConfigReader& reader, std::size_t labels) {
  // One label without a stated problem: the reference applies a sigmoid, as for several labels.
  if (!reader.find("problem_type"))
    return labels == 1 ? Problem::multi_label : Problem::single_label;
  const std::string name = reader.string("problem_type");
  if (name == "single_label_classification") return Problem::single_label;
  if (name == "multi_label_classification") return Problem::multi_label;
  if (name == "regression") return Problem::regression;
  reader.fail("problem_type", fmt::format("\"{}\" is not known", name));
}

}  // namespace

const char* name_of(Head head) {
  switch (head) {
    case Head::masked_lm:
      return "masked language model";
    case Head::token_classification:
      return "token classification";
    case Head::sequence_classification:
      return "sequence classification";
    case Head::question_answering:
      return "question answering";
    case Head::next_sentence:
      return "next sentence";
    case Head::replaced_token:
      return "replaced token";
  }
  return "";
}

Config read_config(const std::filesystem::path& directory) {
  const auto file = directory / "config.json";
  const Json json = read_json(file);
  if (!json.is_object()) throw Error(Kind::model, file.string() + ": not a JSON object");
  const ConfigReader reader(json, file.string());

  std::string model_type = type_by_name(directory);
  if (reader.find("model_type") || model_type.empty()) model_type = reader.string("model_type");
  const Family& family = find_family(model_type, reader.where());
  const ConfigKeys& keys = family.keys;
  Config config = family.defaults;
  config.model_type = model_type;
  const auto is_meant = [&](std::string_view key) {
    if (key == kHasDecoder) return family.decoder.layer.empty();
    return key != kPositionType || !family.names.position_embeddings.empty();
  };
  for (const Fixed& fixed : kFixed)
    if (is_meant(fixed.key)) reader.require(fixed.key, fixed.only);
  config.hidden_size = reader.integer(keys.hidden_size, 1, kMostWidth);
  config.heads = reader.integer(keys.heads, 1, kMostWidth);
  config.layers = reader.integer(keys.layers, 0, kMostLayers);
  config.intermediate_size = reader.integer(keys.intermediate_size, 1, kMostWidth);
  config.vocab_size = reader.integer("vocab_size", 1, kMostRows);
  if (!keys.position_rows.empty())
    config.position_rows = reader.integer(keys.position_rows, 1, kMostRows);
  config.max_tokens = config.position_rows > 0 ? config.position_rows : kMostRows;
  config.type_vocab_size =
      reader.integer(keys.type_vocab_size, 0, kMostRows, config.type_vocab_size);
  config.embedding_size =
      reader.integer(keys.embedding_size, 1, kMostWidth,
                     config.embedding_size ? config.embedding_size : config.hidden_size);
  config.pad_token_id = reader.integer("pad_token_id", -1, kMostRows, config.pad_token_id);
  config.layer_norm_epsilon = reader.number(keys.layer_norm_epsilon, config.layer_norm_epsilon);
  config.activation = reader.activation(keys.activation, config.activation);
  config.tie_word_embeddings = reader.boolean("tie_word_embeddings", config.tie_word_embeddings);
  config.head_size = reader.integer(keys.head_size, 1, kMostWidth, config.head_size);
  if (config.head_size == 0) {
    if (config.hidden_size % config.heads != 0)
      reader.fail(keys.heads, fmt::format("{} does not divide {} {}", config.heads,
                                          keys.hidden_size, config.hidden_size));
    config.head_size = config.hidden_size / config.heads;
  }
  if (const Json* names = reader.find("architectures"); names && names->is_array())
    for (const Json& name : *names)
      if (name.is_string()) config.architectures.push_back(name.get<std::string>());
  config.output_size = config.hidden_size;
  if (family.read_more) family.read_more(reader, config);
  config.labels = read_labels(reader);
  config.problem = read_problem(reader, config.labels.size());
  return config;
}

}  // namespace nlp::model
