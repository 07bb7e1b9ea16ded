#include "train/tokenizer/tokenizer_files.hpp"

#include <fmt/format.h>

#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/json_text.hpp"
#include "base/synced.hpp"

namespace nlp::train {
namespace {

namespace fs = std::filesystem;

Json part(std::string_view text) { return text.empty() ? Json(nullptr) : Json::parse(text); }

std::string string_of(std::string_view text) {
  std::string json;
  json_text::append_string(text, json);
  return json;
}

Json added_tokens(const TrainedTokenizer& tokenizer) {
  Json list = Json::array();
  const auto add = [&](std::string_view content, bool lstrip) {
    list.push_back({{"id", list.size()},
                    {"content", content},
                    {"single_word", false},
                    {"lstrip", lstrip},
                    {"rstrip", false},
                    {"normalized", false},
                    {"special", true}});
  };
  for (const RoleToken& token : row_of(tokenizer.kind).special) add(token.content, token.lstrip);
  for (const std::string& token : tokenizer.added) add(token, false);
  return list;
}

// A number that reads as float64 in every reader.
std::string number(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

// The members of the model that are long, a line an entry.
std::string long_members(const TrainedTokenizer& tokenizer) {
  const auto& tokens = tokenizer.tokens;
  const bool scored = tokenizer.kind == TokenizerKind::unigram;
  std::string text = scored ? "\"vocab\": [" : "\"vocab\": {";
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    text += id == 0 ? "\n      " : ",\n      ";
    text += scored ? fmt::format("[{}, {}]", string_of(tokens[id]), number(tokenizer.scores[id]))
                   : fmt::format("{}: {}", string_of(tokens[id]), id);
  }
  text += scored ? "\n    ]" : "\n    }";
  if (tokenizer.kind != TokenizerKind::bpe) return text;
  text += ",\n    \"merges\": [";
  for (std::size_t k = 0; k < tokenizer.merges.size(); ++k) {
    const auto& [first, second] = tokenizer.merges[k];
    text += k == 0 ? "\n      " : ",\n      ";
    text += string_of(tokens[static_cast<std::size_t>(first)] + " " +
                      tokens[static_cast<std::size_t>(second)]);
  }
  return text + (tokenizer.merges.empty() ? "]" : "\n    ]");
}

}  // namespace

std::string tokenizer_json(const TrainedTokenizer& tokenizer) {
  const TokenizerRow& row = row_of(tokenizer.kind);
  const Json head = {{"version", "1.0"},
                     {"truncation", nullptr},
                     {"padding", nullptr},
                     {"added_tokens", added_tokens(tokenizer)},
                     {"normalizer", part(tokenizer.cased ? row.cased_normalizer : row.normalizer)},
                     {"pre_tokenizer", part(row.pre_tokenizer)},
                     {"post_processor", part(row.post_processor)},
                     {"decoder", part(row.decoder)},
                     {"model", part(row.model)}};
  std::string text = head.dump(2);
  text.resize(text.rfind('}', text.rfind('}') - 1));  // the ends of the model and of the whole
  text.resize(text.find_last_not_of(" \n") + 1);
  return text + ",\n    " + long_members(tokenizer) + "\n  }\n}\n";
}

std::string tokenizer_config_json(const TrainedTokenizer& tokenizer) {
  const TokenizerRow& row = row_of(tokenizer.kind);
  Json config = part(tokenizer.cased ? row.cased_config : row.config);
  for (const RoleToken& token : row.special)
    for (std::string_view roles = token.roles; !roles.empty();) {
      const std::size_t size = std::min(roles.find(' '), roles.size());
      config[std::string(roles.substr(0, size))] = token.content;
      roles.remove_prefix(std::min(size + 1, roles.size()));
    }
  if (!tokenizer.added.empty()) config["additional_special_tokens"] = tokenizer.added;
  config["tokenizer_class"] = row.tokenizer_class;
  return config.dump(2) + "\n";
}

void write_tokenizer(const TrainedTokenizer& tokenizer, const fs::path& path) {
  if (path.extension() == ".json") return write_synced(path, tokenizer_json(tokenizer));
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed)
    throw Error(Kind::io, fmt::format("{}: cannot be made ({})", path.string(), failed.message()));
  write_synced(path / "tokenizer_config.json", tokenizer_config_json(tokenizer));
  write_synced(path / "tokenizer.json", tokenizer_json(tokenizer));
}

}  // namespace nlp::train
