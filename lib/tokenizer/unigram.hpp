// Unigram: of all ways to cover a word with pieces the one with the highest sum of scores.
// Source: Kudo 2018 (the Viterbi algorithm); `Unigram` of Hugging Face tokenizers, whose rules are:
// scores and sums are float64; the first of equal paths stays; a character that no piece covers
// alone may be unknown, for the lowest score minus 10; neighbouring unknown characters are one
// token.
#pragma once
#include <array>
#include <span>

#include "tokenizer/prefix_trie.hpp"
#include "tokenizer/token_model.hpp"
#include "tokenizer/vocabulary.hpp"
#include "tokenizer/word_cache.hpp"

namespace nlp::tokenizer {

class Unigram final : public TokenModel {
 public:
  // The vocabulary must outlive it.  scores: of each piece of the vocabulary, by id.
  // unknown: an id, or -1 where there is none.  byte_fallback: an unknown token becomes those of
  // its bytes, `<0x0A>`, where the vocabulary has them all.
  Unigram(const Vocabulary& vocabulary, std::vector<double> scores, std::int32_t unknown,
          bool byte_fallback);

  // Linear in the bytes of the word times the longest piece.  Throws Error{model} at an unknown
  // character when there is no unknown token.
  void tokenize(std::string_view word, std::vector<Piece>& dst) const override;
  std::string_view rule() const override { return "Unigram"; }

 private:
  // The best way to some byte of the word: its sum of scores and its last piece.
  struct Path {
    double score;
    std::int32_t id;
    std::uint32_t start;
  };
  void find_paths(std::string_view word, std::span<Path> paths) const;
  void add_unknown(std::string_view word, text::Span span, std::vector<Piece>& dst) const;

  const Vocabulary& vocabulary_;
  std::vector<double> scores_;
  std::int32_t unknown_;
  double unknown_score_;
  bool byte_fallback_;
  std::array<std::int32_t, 256> bytes_;  // tokens `<0x00>` and on; -1: absent
  PrefixTrie trie_;
  WordCache cache_;
};

}  // namespace nlp::tokenizer
