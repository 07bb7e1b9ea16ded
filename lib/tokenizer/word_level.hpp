// A word is a token, or the unknown token.
// Source: `WordLevel` of Hugging Face tokenizers.
#pragma once
#include <string>

#include "tokenizer/token_model.hpp"
#include "tokenizer/vocabulary.hpp"

namespace nlp::tokenizer {

class WordLevel final : public TokenModel {
 public:
  // The vocabulary must outlive it.
  WordLevel(const Vocabulary& vocabulary, std::string unknown_token);
  // Throws Error{model} at an unknown word when the vocabulary lacks the unknown token: the
  // reference, too, fails only then.
  void tokenize(std::string_view word, std::vector<Piece>& dst) const override;
  std::string_view rule() const override { return "WordLevel"; }

 private:
  const Vocabulary& vocabulary_;
  std::string unknown_token_;
  std::int32_t unknown_;
};

}  // namespace nlp::tokenizer
