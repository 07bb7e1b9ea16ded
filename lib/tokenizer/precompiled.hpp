// The normalizer of SentencePiece models: characters become others by a map.
#pragma once
#include <array>
#include <utility>

#include "tokenizer/charsmap.hpp"
#include "tokenizer/normalizer.hpp"

namespace nlp::tokenizer {

// Source: `Precompiled` of Hugging Face tokenizers: a grapheme cluster of fewer than six bytes is
// looked up as one, and becomes what its start becomes; else each character is looked up.
class Precompiled final : public Normalizer {
 public:
  explicit Precompiled(Charsmap charsmap);
  void normalize(text::AlignedText& text) const override;

 private:
  Charsmap charsmap_;
  std::array<bool, 0x80> changes_;  // whether an ASCII character becomes something else
};

// Source: SentencePiece's own Normalizer: the longest key at each place, else the character as it
// is.
class LongestMapped final : public Normalizer {
 public:
  explicit LongestMapped(Charsmap charsmap) : charsmap_(std::move(charsmap)) {}
  void normalize(text::AlignedText& text) const override;

 private:
  Charsmap charsmap_;
};

}  // namespace nlp::tokenizer
