// Reads tokenizer.json.  Each stage has a table of the types that can be made; another type is
// refused by name.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/error.hpp"
#include "tokenizer/json_part.hpp"
#include "tokenizer/parts.hpp"
#include "tokenizer/wordpiece.hpp"

namespace nlp::tokenizer {
namespace {

// Ids far behind the number of tokens are mistakes: they would ask for memory without need.
constexpr std::int64_t kLargestId = (1 << 24) - 1;

template <class Made>
struct Factory {
  std::string_view type;
  Made (*make)(const JsonPart& part, const Parts& parts);
};

// Makes what `part` describes by its "type".
template <class Made, std::size_t N>
Made make(const std::array<Factory<Made>, N>& factories, const JsonPart& part, const Parts& parts,
          std::string_view type) {
  std::string known;
  for (const auto& factory : factories) {
    if (factory.type == type) return factory.make(part, parts);
    known += fmt::format("{}{}", known.empty() ? "" : ", ", factory.type);
  }
  part.fail(fmt::format("type \"{}\" is not supported (known: {})", type, known));
}

template <class Made, std::size_t N>
Made make(const std::array<Factory<Made>, N>& factories, const JsonPart& part, const Parts& parts) {
  return make(factories, part, parts, part.member("type").string());
}

// ---- normalizers

using NormalizerPtr = std::unique_ptr<Normalizer>;

// Classes whose tokenizer_config.json overrules the file's BertNormalizer, with its defaults where
// it says nothing: what the reference's fast BERT tokenizers do when they open a directory.
constexpr std::string_view kOverruling[] = {
    "BertTokenizer",           "BertTokenizerFast",   "DistilBertTokenizer",
    "DistilBertTokenizerFast", "ElectraTokenizer",    "ElectraTokenizerFast",
    "MPNetTokenizer",          "MPNetTokenizerFast",  "MobileBertTokenizer",
    "MobileBertTokenizerFast", "ConvBertTokenizer",   "ConvBertTokenizerFast",
    "FunnelTokenizer",         "FunnelTokenizerFast", "SqueezeBertTokenizer",
    "SqueezeBertTokenizerFast"};

bool overrules(const TokenizerConfig& config) {
  return std::ranges::find(kOverruling, config.tokenizer_class) != std::end(kOverruling);
}

BertNormalizerOptions read_bert_normalizer(const JsonPart& part) {
  BertNormalizerOptions options;
  options.clean_text = part.boolean("clean_text", true);
  options.handle_chinese_chars = part.boolean("handle_chinese_chars", true);
  if (const auto strip = part.find("strip_accents")) options.strip_accents = strip->boolean();
  options.lowercase = part.boolean("lowercase", true);
  return options;
}

NormalizerPtr make_bert_normalizer(const JsonPart& part, const Parts& parts) {
  BertNormalizerOptions options = read_bert_normalizer(part);
  if (overrules(parts.config)) {
    options.lowercase = parts.config.do_lower_case.value_or(true);
    options.strip_accents = parts.config.strip_accents;
    options.handle_chinese_chars = parts.config.tokenize_chinese_chars.value_or(true);
  }
  return std::make_unique<BertNormalizer>(options);
}

constexpr std::array kNormalizers = {
    Factory<NormalizerPtr>{"BertNormalizer", make_bert_normalizer},
};

// ---- pre-tokenizers

using PreTokenizerPtr = std::unique_ptr<PreTokenizer>;

constexpr std::array kPreTokenizers = {
    Factory<PreTokenizerPtr>{"BertPreTokenizer",
                             [](const JsonPart&, const Parts&) -> PreTokenizerPtr {
                               return std::make_unique<BertPreTokenizer>();
                             }},
};

// ---- models

using ModelPtr = std::unique_ptr<TokenModel>;

Vocabulary read_vocabulary(const JsonPart& part) {
  std::vector<Vocabulary::Entry> entries;
  part.members([&](std::string_view token, simdjson::dom::element value) {
    std::int64_t id = 0;
    if (value.get_int64().get(id) || id < 0 || id > kLargestId)
      part.fail(fmt::format("\"{}\" has a wrong id (expected 0 to {})", token, kLargestId));
    entries.push_back({token, static_cast<std::int32_t>(id)});
  });
  return Vocabulary(entries);
}

ModelPtr make_wordpiece(const JsonPart& part, const Parts& parts) {
  constexpr std::int64_t kMostCharacters = 1 << 30;
  WordPieceOptions options;
  options.unknown_token = part.string("unk_token", options.unknown_token);
  options.continuing_prefix = part.string("continuing_subword_prefix", options.continuing_prefix);
  if (const auto most = part.find("max_input_chars_per_word"))
    options.max_characters = static_cast<std::size_t>(most->integer(0, kMostCharacters));
  if (parts.vocabulary.find(options.unknown_token) < 0)
    part.fail(
        fmt::format("the unknown token \"{}\" is not in the vocabulary", options.unknown_token));
  return std::make_unique<WordPiece>(parts.vocabulary, options);
}

constexpr std::array kModels = {Factory<ModelPtr>{"WordPiece", make_wordpiece}};

// Old files leave the type out.
std::string model_type(const JsonPart& part) {
  if (const auto type = part.find("type")) return std::string(type->string());
  if (part.find("merges")) return "BPE";
  if (part.find("continuing_subword_prefix")) return "WordPiece";
  return "WordLevel";
}

// ---- templates

Template make_template(const JsonPart& part, const Parts&) {
  std::map<std::string, std::vector<std::int32_t>, std::less<>> special;
  if (const auto table = part.find("special_tokens"))
    table->members([&](std::string_view name, simdjson::dom::element value) {
      const JsonPart token(value, table->where() + "/" + std::string(name));
      auto& ids = special[std::string(name)];
      token.member("ids").elements([&](const JsonPart& id) {
        ids.push_back(static_cast<std::int32_t>(id.integer(0, kLargestId)));
      });
    });
  const auto read = [&](const char* key) {
    std::vector<TemplateItem> items;
    part.member(key).elements([&](const JsonPart& element) {
      constexpr std::int64_t kLargestType = 1 << 16;
      TemplateItem item;
      if (const auto sequence = element.find("Sequence")) {
        const std::string_view id = sequence->member("id").string();
        if (id != "A" && id != "B") sequence->fail("is neither A nor B");
        item.kind = id == "A" ? TemplateItem::Kind::text : TemplateItem::Kind::pair;
        item.type_id =
            static_cast<std::int32_t>(sequence->member("type_id").integer(0, kLargestType));
      } else {
        const JsonPart token = element.member("SpecialToken");
        const auto found = special.find(token.member("id").string());
        if (found == special.end()) token.fail("names a token that special_tokens does not have");
        item.ids = found->second;
        item.type_id = static_cast<std::int32_t>(token.member("type_id").integer(0, kLargestType));
      }
      items.push_back(std::move(item));
    });
    return items;
  };
  return Template(read("single"), read("pair"));
}

Template make_bert_processing(const JsonPart& part, const Parts&) {
  const auto token = [&](const char* key, std::int32_t type_id) {
    std::vector<JsonPart> pair;
    part.member(key).elements([&](const JsonPart& element) { pair.push_back(element); });
    if (pair.size() != 2) part.fail(fmt::format("{} is not a token and its id", key));
    return TemplateItem{TemplateItem::Kind::special,
                        type_id,
                        {static_cast<std::int32_t>(pair[1].integer(0, kLargestId))}};
  };
  const TemplateItem text{TemplateItem::Kind::text, 0, {}}, pair{TemplateItem::Kind::pair, 1, {}};
  return Template({token("cls", 0), text, token("sep", 0)},
                  {token("cls", 0), text, token("sep", 0), pair, token("sep", 1)});
}

constexpr std::array kPostProcessors = {
    Factory<Template>{"TemplateProcessing", make_template},
    Factory<Template>{"BertProcessing", make_bert_processing},
};

// ---- decoders

using DecoderPtr = std::unique_ptr<Decoder>;

constexpr std::array kDecoders = {
    Factory<DecoderPtr>{"WordPiece",
                        [](const JsonPart& part, const Parts&) -> DecoderPtr {
                          return std::make_unique<WordPieceDecoder>(part.string("prefix", "##"),
                                                                    part.boolean("cleanup", true));
                        }},
};

// ---- added tokens

std::vector<AddedToken> read_added(const JsonPart& list) {
  std::vector<AddedToken> tokens;
  list.elements([&](const JsonPart& part) {
    AddedToken token;
    token.id = static_cast<std::int32_t>(part.member("id").integer(0, kLargestId));
    token.content = part.member("content").string();
    token.single_word = part.boolean("single_word", false);
    token.lstrip = part.boolean("lstrip", false);
    token.rstrip = part.boolean("rstrip", false);
    token.special = part.boolean("special", false);
    token.normalized = part.boolean("normalized", !token.special);
    tokens.push_back(std::move(token));
  });
  return tokens;
}

void tell_ignored(const JsonPart& root, std::vector<std::string>& provenance) {
  if (const auto truncation = root.find("truncation")) {
    std::string length;
    if (const auto most = truncation->find("max_length"))
      length = fmt::format(" (max_length {})", most->integer(0, INT64_MAX));
    provenance.push_back(fmt::format("the file's truncation{} is ignored", length));
  }
  if (root.find("padding")) provenance.emplace_back("the file's padding is ignored");
}

}  // namespace

std::unique_ptr<Parts> read_tokenizer_json(const std::string& file, const TokenizerConfig& config) {
  simdjson::padded_string text;
  if (simdjson::padded_string::load(file).get(text))
    throw Error(Kind::model, file + ": cannot be read");
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (const auto error = parser.parse(text).get(document))
    throw Error(Kind::model,
                fmt::format("{}: not JSON ({})", file, simdjson::error_message(error)));
  const JsonPart root(document, file + ":");

  auto parts = std::make_unique<Parts>();
  parts->config = config;
  parts->provenance.push_back("read from " + file);
  tell_ignored(root, parts->provenance);
  if (const auto added = root.find("added_tokens")) parts->added = read_added(*added);
  if (const auto normalizer = root.find("normalizer")) {
    parts->normalizer = make(kNormalizers, *normalizer, *parts);
    if (overrules(config))
      parts->provenance.push_back(
          fmt::format("tokenizer_config.json ({}) overrules lowercase, strip_accents and "
                      "handle_chinese_chars of the file's normalizer",
                      config.tokenizer_class));
  }
  if (const auto pre_tokenizer = root.find("pre_tokenizer"))
    parts->pre_tokenizer = make(kPreTokenizers, *pre_tokenizer, *parts);
  const JsonPart model = root.member("model");
  const std::string type = model_type(model);
  if (std::ranges::find(kModels, type, &Factory<ModelPtr>::type) != kModels.end())
    parts->vocabulary = read_vocabulary(model.member("vocab"));
  parts->model = make(kModels, model, *parts, type);
  if (const auto post_processor = root.find("post_processor"))
    parts->post_processor = make(kPostProcessors, *post_processor, *parts);
  if (const auto decoder = root.find("decoder"))
    parts->decoder = make(kDecoders, *decoder, *parts);
  else
    parts->decoder = std::make_unique<SpaceDecoder>();
  return parts;
}

}  // namespace nlp::tokenizer
