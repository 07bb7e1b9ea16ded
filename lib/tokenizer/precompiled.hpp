// The normalizer of SentencePiece models: characters become others by a map.
// Source: `Precompiled` of Hugging Face tokenizers: a grapheme cluster of fewer than six bytes is
// looked up as one, and becomes what its start becomes; else each character is looked up.
#pragma once
#include <array>

#include "tokenizer/charsmap.hpp"
#include "tokenizer/normalizer.hpp"

namespace nlp::tokenizer {

class Precompiled final : public Normalizer {
 public:
  explicit Precompiled(Charsmap charsmap);
  void normalize(text::AlignedText& text) const override;

 private:
  Charsmap charsmap_;
  std::array<bool, 0x80> changes_;  // whether an ASCII character becomes something else
};

}  // namespace nlp::tokenizer
