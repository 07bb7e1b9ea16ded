// The stages of tokenizer.json: a reader each.  A reader has a table of the types that it can make;
// another type is refused by name.  Errors: Error{model} that names the place in the file.
#pragma once
#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/json_part.hpp"
#include "tokenizer/parts.hpp"
#include "tokenizer/pattern.hpp"
#include "tokenizer/pre_tokenizers.hpp"

namespace nlp::tokenizer {

// Ids far behind the number of tokens are mistakes: they would ask for memory without need.
inline constexpr std::int64_t kLargestId = (1 << 24) - 1;

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

// The type of a part; old files leave it out: then that of the first sign whose key the part has.
struct Sign {
  std::string_view key, type;
};
std::string type_of(const JsonPart& part, std::initializer_list<Sign> signs);

// A string of one code point.
std::string read_character(const JsonPart& part);

// {"String": text} or {"Regex": pattern}.
PatternPtr read_pattern(const JsonPart& part);

std::unique_ptr<Normalizer> read_normalizer(const JsonPart& part, Parts& parts);
std::unique_ptr<PreTokenizer> read_pre_tokenizer(const JsonPart& part, Parts& parts);
// Metaspace as the pre-tokenizer and the decoder have it.
MetaspaceOptions read_metaspace(const JsonPart& part);

// Classes of BERT's rules.  Their tokenizer_config.json overrules the file's BertNormalizer, with
// its defaults where it says nothing: what the reference's fast BERT tokenizers do when they open a
// directory.
bool is_bert_class(std::string_view name);

// Classes whose tokenizer_config.json overrules the file's add_prefix_space and trim_offsets, with
// their defaults (both false and true) where it says nothing: what the reference's fast tokenizers
// of these classes do when they open a directory.
bool overrules_prefix_space(const TokenizerConfig& config);

// Tokens and their ids.
Vocabulary read_tokens(const JsonPart& part);
// Puts the model and its vocabulary into parts.
void read_model(const JsonPart& part, Parts& parts);
// Puts the template and the trimmers into parts.
void read_post_processor(const JsonPart& part, Parts& parts);
std::unique_ptr<Decoder> read_decoder(const JsonPart& part, const Parts& parts);

}  // namespace nlp::tokenizer
