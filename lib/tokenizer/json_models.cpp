// The "model" of tokenizer.json.
#include <algorithm>

#include "tokenizer/json_stages.hpp"
#include "tokenizer/wordpiece.hpp"

namespace nlp::tokenizer {
namespace {

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

}  // namespace

void read_model(const JsonPart& part, Parts& parts) {
  const std::string type = model_type(part);
  if (std::ranges::find(kModels, type, &Factory<ModelPtr>::type) != kModels.end())
    parts.vocabulary = read_vocabulary(part.member("vocab"));
  parts.model = make(kModels, part, parts, type);
}

}  // namespace nlp::tokenizer
