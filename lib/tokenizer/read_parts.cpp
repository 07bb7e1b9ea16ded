// Reads the tokenizer of a checkpoint directory: what its configs say, and the first of the files
// that hold tokenizers.
#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "base/error.hpp"
#include "base/json.hpp"
#include "tokenizer/parts.hpp"

namespace nlp::tokenizer {
namespace {

namespace fs = std::filesystem;

// A special token of a config: its text, or an object with `content`.
std::string token_text(const Json& config, const char* key) {
  const auto found = config.find(key);
  if (found == config.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  if (found->is_object())
    if (const auto content = found->find("content");
        content != found->end() && content->is_string())
      return content->get<std::string>();
  return {};
}

void read_roles(const Json& config, Roles& roles) {
  const auto read = [&](const char* key, std::string& role) {
    if (std::string text = token_text(config, key); !text.empty()) role = std::move(text);
  };
  read("mask_token", roles.mask);
  read("pad_token", roles.pad);
  read("unk_token", roles.unknown);
  read("cls_token", roles.classify);
  read("sep_token", roles.separate);
}

void read_string(const Json& json, const char* key, std::string& dst) {
  const auto found = json.find(key);
  if (found != json.end() && found->is_string()) dst = found->get<std::string>();
}

TokenizerConfig read_config(const fs::path& directory) {
  TokenizerConfig config;
  if (const auto file = directory / "special_tokens_map.json"; fs::exists(file)) {
    const Json json = read_json(file);
    if (json.is_object()) read_roles(json, config.roles);
  }
  if (const auto file = directory / "config.json"; fs::exists(file)) {
    const Json json = read_json(file);
    read_string(json, "model_type", config.model_type);
    read_string(json, "tokenizer_class", config.tokenizer_class);
  }
  const auto file = directory / "tokenizer_config.json";
  if (!fs::exists(file)) return config;
  const Json json = read_json(file);
  if (!json.is_object()) throw Error(Kind::model, file.string() + ": not a JSON object");
  read_roles(json, config.roles);
  const auto boolean = [&](const char* key) -> std::optional<bool> {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_boolean()) return {};
    return found->get<bool>();
  };
  config.do_lower_case = boolean("do_lower_case");
  config.strip_accents = boolean("strip_accents");
  config.tokenize_chinese_chars = boolean("tokenize_chinese_chars");
  config.add_prefix_space = boolean("add_prefix_space");
  config.trim_offsets = boolean("trim_offsets");
  config.keep_accents = boolean("keep_accents");
  config.split_by_punct = boolean("split_by_punct");
  config.separate_vocabs = boolean("separate_vocabs");
  constexpr std::int64_t kMostExtra = 1 << 20;
  if (const auto found = json.find("extra_ids"); found != json.end()) {
    if (!found->is_number_integer() || *found < 0 || *found > kMostExtra)
      throw Error(Kind::model, fmt::format("{}: extra_ids: is out of range (expected a whole "
                                           "number from 0 to {})",
                                           file.string(), kMostExtra));
    config.extra_ids = found->get<std::int64_t>();
  }
  read_string(json, "tokenizer_class", config.tokenizer_class);
  // Files say 1e30 where there is no limit.
  constexpr double kUnset = 1e9;
  if (const auto found = json.find("model_max_length"); found != json.end() && found->is_number() &&
                                                        found->get<double>() >= 1 &&
                                                        found->get<double>() < kUnset)
    config.model_max_length = static_cast<std::int64_t>(found->get<double>());
  return config;
}

}  // namespace

std::unique_ptr<Parts> read_parts(const fs::path& directory) {
  const TokenizerConfig config = read_config(directory);
  const auto has = [&](const char* name) { return fs::exists(directory / name); };
  const auto path = [&](const char* name) { return (directory / name).string(); };
  if (has("tokenizer.json")) return read_tokenizer_json(path("tokenizer.json"), config);
  if (has("vocab.txt")) return read_vocab_txt(path("vocab.txt"), config);
  if (has("vocab.json") && has("merges.txt"))
    return read_vocab_json(path("vocab.json"), path("merges.txt"), config);
  for (const char* name : {"spiece.model", "spm.model", "sentencepiece.bpe.model",
                           "sentencepiece.model", "source.spm"})
    if (has(name)) return read_sentencepiece(path(name), config);
  throw Error(Kind::model,
              fmt::format("{}: no tokenizer (expected tokenizer.json, vocab.txt, vocab.json with "
                          "merges.txt, or a SentencePiece model such as spiece.model)",
                          directory.string()));
}

}  // namespace nlp::tokenizer
