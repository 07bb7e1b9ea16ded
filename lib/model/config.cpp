#include "model/config.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/json.hpp"
#include "model/family.hpp"

namespace nlp::model {
namespace {

// Sizes beyond these are not checkpoints but mistakes; they keep products far from overflow.
constexpr std::int64_t kMostWidth = 1 << 20;
constexpr std::int64_t kMostRows = 1 << 26;
constexpr std::int64_t kMostLayers = 1 << 12;
constexpr std::int64_t kMostLabels = 1 << 20;

constexpr std::array<std::pair<std::string_view, Activation>, 13> kActivations = {{
    {"gelu", Activation::gelu_erf},
    {"gelu_python", Activation::gelu_erf},
    {"gelu_new", Activation::gelu_tanh},
    {"gelu_fast", Activation::gelu_tanh},
    {"gelu_pytorch_tanh", Activation::gelu_tanh},
    {"gelu_python_tanh", Activation::gelu_tanh},
    {"gelu_accurate", Activation::gelu_tanh},
    {"relu", Activation::relu},
    {"silu", Activation::silu},
    {"swish", Activation::silu},
    {"tanh", Activation::tanh},
    {"Tanh", Activation::tanh},
    {"ReLU", Activation::relu},
}};

// Keys that change the mathematics, with the only value that is computed here.  Absent is that
// value.
struct Fixed {
  std::string_view key;
  const char* only;  // JSON
};
constexpr Fixed kFixed[] = {
    {"position_embedding_type", "\"absolute\""},
    {"is_decoder", "false"},
    {"add_cross_attention", "false"},
    {"is_encoder_decoder", "false"},
    {"pruned_heads", "{}"},
    {"quantization_config", "null"},
};

class Reader {
 public:
  Reader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {}

  const std::string& where() const { return where_; }
  [[noreturn]] void fail(std::string_view key, std::string_view what) const {
    throw Error(Kind::model, fmt::format("{}: {} {}", where_, key, what));
  }

  const Json* find(std::string_view key) const {
    const auto found = json_.find(std::string(key));
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most) const {
    const Json* value = find(key);
    if (!value) fail(key, "is missing (expected a whole number)");
    if (!value->is_number_integer() ||
        (value->is_number_unsigned() &&
         value->get<std::uint64_t>() > static_cast<std::uint64_t>(most)) ||
        value->get<std::int64_t>() < least || value->get<std::int64_t>() > most)
      fail(key, fmt::format("is out of range (expected a whole number from {} to {}, got {})",
                            least, most, value->dump().substr(0, 40)));
    return value->get<std::int64_t>();
  }
  std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most,
                       std::int64_t otherwise) const {
    return find(key) ? integer(key, least, most) : otherwise;
  }

  std::string string(std::string_view key) const {
    const Json* value = find(key);
    if (!value) fail(key, "is missing (expected a string)");
    if (!value->is_string()) fail(key, "is not a string");
    return value->get<std::string>();
  }

  bool boolean(std::string_view key, bool otherwise) const {
    const Json* value = find(key);
    if (!value) return otherwise;
    if (!value->is_boolean()) fail(key, "is not true or false");
    return value->get<bool>();
  }

  float number(std::string_view key, float otherwise) const {
    const Json* value = find(key);
    if (!value) return otherwise;
    if (!value->is_number() || !(value->get<double>() >= 0) || value->get<double>() > 1)
      fail(key, "is out of range (expected a number from 0 to 1)");
    return value->get<float>();
  }

 private:
  const Json& json_;
  std::string where_;
};

Activation read_activation(const Reader& reader, std::string_view key) {
  if (!reader.find(key)) return Activation::gelu_erf;
  const std::string name = reader.string(key);
  std::string known;
  for (const auto& [candidate, activation] : kActivations) {
    if (candidate == name) return activation;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", candidate);
  }
  reader.fail(key, fmt::format("\"{}\" is not supported (known: {})", name, known));
}

std::vector<std::string> read_labels(const Reader& reader) {
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
    if (id >= labels.size() || seen[id] || !value.is_string())
      reader.fail("id2label",
                  fmt::format("has a wrong entry \"{}\" (expected ids 0 to {}, each once, "
                              "each with a string)",
                              key, labels.size() - 1));
    seen[id] = true;
    labels[id] = value.get<std::string>();
  }
  return labels;
}

Problem read_problem(const Reader& reader, std::size_t labels) {
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
  }
  return "";
}

Config read_config(const std::filesystem::path& directory) {
  const auto file = directory / "config.json";
  const Json json = read_json(file);
  if (!json.is_object()) throw Error(Kind::model, file.string() + ": not a JSON object");
  const Reader reader(json, file.string());

  Config config;
  config.model_type = reader.string("model_type");
  const ConfigKeys& keys = find_family(config.model_type, reader.where()).keys;
  for (const Fixed& fixed : kFixed) {
    const Json* value = reader.find(fixed.key);
    if (value && *value != Json::parse(fixed.only))
      reader.fail(fixed.key, fmt::format("{} is not supported (only {})",
                                         value->dump().substr(0, 60), fixed.only));
  }
  config.hidden_size = reader.integer(keys.hidden_size, 1, kMostWidth);
  config.heads = reader.integer(keys.heads, 1, kMostWidth);
  config.layers = reader.integer(keys.layers, 0, kMostLayers);
  config.intermediate_size = reader.integer(keys.intermediate_size, 1, kMostWidth);
  config.vocab_size = reader.integer("vocab_size", 1, kMostRows);
  config.max_tokens = reader.integer(keys.max_tokens, 1, kMostRows);
  config.type_vocab_size = reader.integer(keys.type_vocab_size, 0, kMostRows, 2);
  config.pad_token_id = reader.integer("pad_token_id", -1, kMostRows, 0);
  config.layer_norm_epsilon = reader.number(keys.layer_norm_epsilon, 1e-12f);
  config.activation = read_activation(reader, keys.activation);
  config.tie_word_embeddings = reader.boolean("tie_word_embeddings", true);
  if (config.hidden_size % config.heads != 0)
    reader.fail(keys.heads, fmt::format("{} does not divide {} {}", config.heads, keys.hidden_size,
                                        config.hidden_size));
  if (const Json* names = reader.find("architectures"); names && names->is_array())
    for (const Json& name : *names)
      if (name.is_string()) config.architectures.push_back(name.get<std::string>());
  config.labels = read_labels(reader);
  config.problem = read_problem(reader, config.labels.size());
  return config;
}

}  // namespace nlp::model
