// Byte-pair encoding: a word is its characters; then, as long as two neighbours can be merged, the
// pair with the lowest rank is, the leftmost of several.
// Source: Sennrich, Haddow, Birch 2016; `BPE` of Hugging Face tokenizers.
#pragma once
#include <array>
#include <optional>
#include <string>

#include "tokenizer/merges.hpp"
#include "tokenizer/token_model.hpp"
#include "tokenizer/vocabulary.hpp"
#include "tokenizer/word_cache.hpp"

namespace nlp::tokenizer {

struct BpeOptions {
  std::optional<std::string> unknown_token;  // absent: unknown characters vanish
  std::string continuing_prefix;             // of characters that do not start the word
  std::string end_of_word_suffix;            // of the character that ends it
  bool fuse_unknown = false;                 // neighbouring unknown characters are one token
  bool byte_fallback = false;                // an unknown character is its bytes, `<0x0A>`
  bool ignore_merges = false;                // a word that is a token is not split
};

class Bpe final : public TokenModel {
 public:
  // The vocabulary must outlive it.
  Bpe(const Vocabulary& vocabulary, Merges merges, BpeOptions options);

  // O(n log n) in the bytes of the word.  Throws Error{model} at an unknown character when the
  // unknown token is not in the vocabulary: the reference, too, fails only then.
  void tokenize(std::string_view word, std::vector<Piece>& dst) const override;
  std::string_view rule() const override { return "BPE"; }
  std::string_view continuing_prefix() const override { return options_.continuing_prefix; }

 private:
  struct Symbol {
    std::int32_t id;
    std::uint32_t end;  // bytes of the word up to here
  };
  class Symbols;
  void split(std::string_view word, Symbols& symbols) const;
  bool add_bytes(std::string_view character, std::uint32_t bytes, Symbols& symbols) const;
  std::int32_t find_character(std::string_view character, bool first, bool last,
                              std::string& scratch) const;
  std::uint32_t merge_few(Symbol* symbols, std::uint32_t count) const;
  std::uint32_t merge_many(Symbol* symbols, std::uint32_t count) const;

  const Vocabulary& vocabulary_;
  Merges merges_;
  BpeOptions options_;
  bool plain_;  // characters have neither prefix nor suffix
  std::int32_t unknown_ = -1;
  std::array<std::int32_t, 256> bytes_;         // tokens `<0x00>` and on; -1: absent
  std::array<std::int32_t, 0x800> characters_;  // tokens of the first code points; -1: absent
  WordCache cache_;
};

}  // namespace nlp::tokenizer
