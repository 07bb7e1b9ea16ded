#include "tokenizer/recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "tokenizer/json_stages.hpp"
#include "tokenizer/normalizers.hpp"
#include "tokenizer/precompiled.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::tokenizer {
namespace {

// read(JsonPart) of a stage that a recipe spells out.
template <class Read>
void read_stage(const std::string& json, const std::string& where, Read read) {
  const simdjson::padded_string text(json);
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(text).get(document)) throw Error(Kind::internal, "a recipe is not JSON");
  read(JsonPart(document, where + ":"));
}

std::string normalizer_json(const Recipe& recipe, std::string_view charsmap,
                            const TokenizerConfig& config) {
  using When = NormalizerStep::When;
  std::string json;
  for (const NormalizerStep& step : recipe.normalizers) {
    if (step.when == When::lowercasing && !config.do_lower_case.value_or(recipe.lowercases))
      continue;
    if (step.when == When::dropping_accents && config.keep_accents.value_or(recipe.keeps_accents))
      continue;
    if (step.when == When::mapping && charsmap.empty()) continue;
    json += json.empty() ? "" : ",";
    json += step.json;
    if (step.when != When::mapping) continue;
    json += R"({"type":"Precompiled","precompiled_charsmap":")";
    append_base64(std::as_bytes(std::span(charsmap)), json);
    json += "\"}";
  }
  return json.empty() ? json : fmt::format(R"({{"type":"Sequence","normalizers":[{}]}})", json);
}

// `[CLS]:0 $A:0`.
std::vector<TemplateItem> read_template(std::string_view text, const std::string& where,
                                        const Parts& parts) {
  std::vector<TemplateItem> items;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const std::size_t colon = item.rfind(':');
    const std::string_view name = item.substr(0, colon);
    TemplateItem read;
    read.type_id = item[colon + 1] - '0';
    if (name == "$A" || name == "$B") {
      read.kind = name == "$A" ? TemplateItem::Kind::text : TemplateItem::Kind::pair;
    } else {
      const auto added = std::ranges::find(parts.added, name, &AddedToken::content);
      const std::int32_t id = added != parts.added.end() ? added->id : parts.vocabulary.find(name);
      if (id < 0)
        throw Error(Kind::model,
                    fmt::format("{}: no token {}, which the tokenizer needs", where, name));
      read.ids = {id};
    }
    items.push_back(std::move(read));
  }
  return items;
}

}  // namespace

void refuse_class(const std::string& known, const TokenizerConfig& config,
                  const std::string& file) {
  const std::string named = config.tokenizer_class.empty() && config.model_type.empty()
                                ? "none is named"
                                : fmt::format("tokenizer_class \"{}\", model_type \"{}\"",
                                              config.tokenizer_class, config.model_type);
  throw Error(Kind::model,
              fmt::format("{}: what its tokenizer class adds is not known ({}; known: {}); add "
                          "tokenizer.json, or the class to tokenizer_config.json",
                          file, named, known));
}

void TokenAdder::add(AddedToken token) {
  const auto [known, is_new] = known_.emplace(token.content, parts_.added.size());
  if (!is_new) {
    token.id = parts_.added[known->second].id;
    parts_.added[known->second] = std::move(token);
    return;
  }
  token.id = parts_.vocabulary.find(token.content);
  if (token.id < 0) token.id = next_++;
  parts_.added.push_back(std::move(token));
}

void TokenAdder::add(const Recipe& recipe) {
  for (const SpecialToken& special : recipe.special) {
    const std::string given = special.role != nullptr ? parts_.config.roles.*special.role : "";
    add({.content = given.empty() ? std::string(special.name) : given,
         .lstrip = special.lstrip,
         .normalized = special.normalized,
         .special = true});
  }
}

void make_stages(const Recipe& recipe, std::string_view charsmap, const std::string& where,
                 Parts& parts) {
  const std::string normalizer = normalizer_json(recipe, charsmap, parts.config);
  if (!normalizer.empty())
    read_stage(normalizer, where,
               [&](const JsonPart& part) { parts.normalizer = read_normalizer(part, parts); });
  if (recipe.maps_longest && !charsmap.empty()) {
    std::vector<std::unique_ptr<Normalizer>> both;
    both.push_back(std::make_unique<LongestMapped>(Charsmap(charsmap, where)));
    if (parts.normalizer) both.push_back(std::move(parts.normalizer));
    parts.normalizer = std::make_unique<NormalizerSequence>(std::move(both));
  }
  std::string pre_tokenizer(recipe.pre_tokenizer);
  if (parts.config.split_by_punct.value_or(false) && !recipe.punctuation.empty())
    pre_tokenizer = fmt::format(R"({{"type":"Sequence","pretokenizers":[{},{}]}})",
                                recipe.punctuation, recipe.pre_tokenizer);
  read_stage(pre_tokenizer, where,
             [&](const JsonPart& part) { parts.pre_tokenizer = read_pre_tokenizer(part, parts); });
  read_stage(std::string(recipe.decoder), where,
             [&](const JsonPart& part) { parts.decoder = read_decoder(part, parts); });
  if (!recipe.trimmer.empty())
    read_stage(std::string(recipe.trimmer), where,
               [&](const JsonPart& part) { read_post_processor(part, parts); });
  if (!recipe.single.empty())
    parts.post_processor = Template(read_template(recipe.single, where, parts),
                                    read_template(recipe.pair, where, parts));
}

}  // namespace nlp::tokenizer
