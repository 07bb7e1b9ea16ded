// What a tokenizer is made of, as the readers of files put it together.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tokenizer/added_tokens.hpp"
#include "tokenizer/decoder.hpp"
#include "tokenizer/normalizer.hpp"
#include "tokenizer/pre_tokenizer.hpp"
#include "tokenizer/space_trimmer.hpp"
#include "tokenizer/template.hpp"
#include "tokenizer/token_model.hpp"
#include "tokenizer/vocabulary.hpp"

namespace nlp::tokenizer {

// Special tokens by role, as configs name them.
struct Roles {
  std::string mask, pad, unknown, classify, separate;
};

// What a checkpoint's configs say about its tokenizer.
struct TokenizerConfig {
  std::string tokenizer_class;
  std::string model_type;  // of config.json
  std::optional<bool> do_lower_case, strip_accents, tokenize_chinese_chars;
  std::optional<bool> add_prefix_space, trim_offsets;
  std::optional<bool> keep_accents, split_by_punct;
  std::optional<bool> separate_vocabs;    // of Marian
  std::optional<std::int64_t> extra_ids;  // sentinels of T5
  std::optional<std::int64_t> model_max_length;
  bool has_own_code = false;      // a tokenizer class that comes with the model
  std::vector<AddedToken> added;  // that the configs list, beside the vocabulary; id -1: not told
  Roles roles;                    // empty where none is named
  bool generic_class() const {    // a class of the reference that knows no special token by itself
    return tokenizer_class == "PreTrainedTokenizerFast" || tokenizer_class == "TokenizersBackend";
  }
};

struct Parts {
  Vocabulary vocabulary;
  std::vector<AddedToken> added;
  std::unique_ptr<Normalizer> normalizer;       // null: the text stays as it is
  std::unique_ptr<PreTokenizer> pre_tokenizer;  // null: the text is one word
  std::unique_ptr<TokenModel> model;
  std::vector<SpaceTrimmer> trimmers;  // of offsets, one after the other
  Template post_processor;
  std::unique_ptr<Decoder> decoder;
  TokenizerConfig config;
  bool unknown_named = false;  // see Tokenizer::unknown_is_named()
  std::vector<std::string> provenance;

  // Made by finish() from the above; it also brings the contents of normalised added tokens to
  // their normalised form.
  AddedTokenMatcher raw, normalized;
  std::map<std::int32_t, std::size_t> added_by_id;
  std::map<std::string, std::int32_t, std::less<>> added_by_content;
  bool needs_origin = false;  // even ids depend on where the text came from

  // What an id is decoded to: an added token in its normalised form, else the vocabulary's.  With
  // no data where there is none.
  std::string_view token_of(std::int32_t id) const;
  // What an id is called among the tokens of a text: first of all the vocabulary's.
  std::string_view surface_of(std::int32_t id) const;
  bool hides(std::int32_t id) const;  // whether decoded text may leave it out

  void finish();
};

// The readers: each makes Parts but for finish().  Errors: Error{model} naming file and part.
std::unique_ptr<Parts> read_tokenizer_json(const std::string& file, const TokenizerConfig& config);
std::unique_ptr<Parts> read_vocab_txt(const std::string& file, const TokenizerConfig& config);
std::unique_ptr<Parts> read_vocab_json(const std::string& file, const std::string& merges,
                                       const TokenizerConfig& config);
std::unique_ptr<Parts> read_sentencepiece(const std::string& file, const TokenizerConfig& config);
// Whichever of these files the directory has.
std::unique_ptr<Parts> read_parts(const std::filesystem::path& directory);

}  // namespace nlp::tokenizer
