// Reads the tokenizer of a checkpoint directory: what its configs say, and the first of the files
// that hold tokenizers.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

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

// A token of a list: its text, or an object that says how it is found, too.
AddedToken added_token(const Json& value, bool is_special) {
  AddedToken token;
  token.id = -1;
  token.normalized = !is_special;
  token.special = is_special;
  if (value.is_string()) token.content = value.get<std::string>();
  if (!value.is_object()) return token;
  const auto flag = [&](const char* key, bool& dst) {
    if (const auto found = value.find(key); found != value.end() && found->is_boolean())
      dst = found->get<bool>();
  };
  if (const auto text = value.find("content"); text != value.end() && text->is_string())
    token.content = text->get<std::string>();
  flag("single_word", token.single_word);
  flag("lstrip", token.lstrip);
  flag("rstrip", token.rstrip);
  flag("special", token.special);
  flag("normalized", token.normalized);
  return token;
}

std::int32_t id_of(const Json& value) {
  constexpr std::int64_t kMost = 1 << 24;
  return value.is_number_integer() && value >= 0 && value < kMost ? value.get<std::int32_t>() : -1;
}

// Those of special_tokens_map.json and tokenizer_config.json.
void read_additional(const Json& config, std::vector<AddedToken>& dst) {
  const auto found = config.find("additional_special_tokens");
  if (found == config.end() || !found->is_array()) return;
  for (const Json& value : *found) dst.push_back(added_token(value, true));
}

// By id: {"50265": {"content": …}}.
void read_added_by_id(const Json& config, std::vector<AddedToken>& dst) {
  const auto found = config.find("added_tokens_decoder");
  if (found == config.end() || !found->is_object()) return;
  for (const auto& [key, value] : found->items()) {
    AddedToken token = added_token(value, false);
    if (!key.empty() && key.size() < 8 && key.find_first_not_of("0123456789") == std::string::npos)
      token.id = static_cast<std::int32_t>(std::stol(key));
    dst.push_back(std::move(token));
  }
}

// added_tokens.json, of older checkpoints: {"<new>": 50265}.
void read_added_by_text(const Json& tokens, std::vector<AddedToken>& dst) {
  if (!tokens.is_object()) return;
  for (const auto& [content, id] : tokens.items()) {
    AddedToken token = added_token(content, false);
    token.id = id_of(id);
    dst.push_back(std::move(token));
  }
}

void read_string(const Json& json, const char* key, std::string& dst) {
  const auto found = json.find(key);
  if (found != json.end() && found->is_string()) dst = found->get<std::string>();
}

TokenizerConfig read_config(const fs::path& directory) {
  TokenizerConfig config;
  if (const auto file = directory / "special_tokens_map.json"; fs::exists(file)) {
    const Json json = read_json(file);
    if (json.is_object()) {
      read_roles(json, config.roles);
      read_additional(json, config.added);
    }
  }
  if (const auto file = directory / "added_tokens.json"; fs::exists(file))
    read_added_by_text(read_json(file), config.added);
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
  read_added_by_id(json, config.added);
  read_additional(json, config.added);
  if (const auto code = json.find("auto_map"); code != json.end() && code->is_object())
    config.has_own_code = code->contains("AutoTokenizer");
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

// What the vocabulary files of a directory say, without the tokens that only its configs list.
std::unique_ptr<Parts> read_vocabulary(const fs::path& directory, const TokenizerConfig& config) {
  const auto has = [&](const char* name) { return fs::exists(directory / name); };
  const auto path = [&](const char* name) { return (directory / name).string(); };
  if (config.has_own_code)
    throw Error(Kind::model,
                fmt::format("{}: auto_map: the tokenizer is a program that comes with the model, "
                            "which is not run; add tokenizer.json",
                            path("tokenizer_config.json")));
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

// Adds what the configs list and the parts do not have yet: with the id that is told, else that of
// the vocabulary, else the next one.
void add_listed(Parts& parts) {
  std::int32_t next = parts.vocabulary.size();
  for (const auto* tokens : {&parts.added, &parts.config.added})
    for (const AddedToken& token : *tokens) next = std::max(next, token.id + 1);
  for (AddedToken token : parts.config.added) {
    const bool is_known =
        std::ranges::find(parts.added, token.content, &AddedToken::content) != parts.added.end();
    if (token.content.empty() || is_known) continue;
    if (token.id < 0) token.id = parts.vocabulary.find(token.content);
    if (token.id < 0) token.id = next++;
    parts.added.push_back(std::move(token));
  }
}

}  // namespace

std::unique_ptr<Parts> read_parts(const fs::path& directory) {
  const TokenizerConfig config = read_config(directory);
  const fs::path whole = directory / "tokenizer.json";
  if (fs::exists(whole)) return read_tokenizer_json(whole.string(), config);
  std::unique_ptr<Parts> parts = read_vocabulary(directory, config);
  add_listed(*parts);
  return parts;
}

}  // namespace nlp::tokenizer
