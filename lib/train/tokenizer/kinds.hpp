// The kinds of tokenizers that can be trained, a row of data each: what tokenizer.json and
// tokenizer_config.json of such a tokenizer say beside its vocabulary.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "train/tokenizer/count_words.hpp"

namespace nlp::train {

enum class TokenizerKind { wordpiece, bpe, unigram };

struct RoleToken {
  std::string_view content;
  // Keys of tokenizer_config.json that name it, separated by spaces.
  std::string_view roles;
  bool lstrip = false;
};

struct TokenizerRow {
  TokenizerKind kind;
  std::string_view name;
  std::string_view tokenizer_class;  // of the reference
  // Parts of tokenizer.json.
  std::string_view normalizer;        // empty: none
  std::string_view cased_normalizer;  // empty: the kind keeps case anyway
  std::string_view pre_tokenizer, post_processor, decoder;
  std::string_view model;                 // all members but for vocabulary and merges
  std::string_view config, cased_config;  // members of tokenizer_config.json
  std::vector<RoleToken> special;         // the first ids; post_processor and model know them
  std::string_view continuing_prefix;
  Divide divide;       // what is counted of a word; nullptr: all of it
  bool byte_alphabet;  // all bytes are characters of it, whatever the text
};

const TokenizerRow& row_of(TokenizerKind kind);

}  // namespace nlp::train
