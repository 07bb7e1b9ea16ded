// WordPiece: the longest token that starts the word, then the longest that continues it, and so on;
// a word that cannot be covered, or is too long, is one unknown token.
// Source: Schuster, Nakajima 2012; `WordPiece` of Hugging Face tokenizers.
#pragma once
#include <string>

#include "tokenizer/token_model.hpp"
#include "tokenizer/vocabulary.hpp"

namespace nlp::tokenizer {

struct WordPieceOptions {
  std::string unknown_token = "[UNK]";
  std::string continuing_prefix = "##";
  std::size_t max_characters = 100;  // code points of a word
};

class WordPiece final : public TokenModel {
 public:
  // The vocabulary must outlive it and hold the unknown token: the caller has checked.
  WordPiece(const Vocabulary& vocabulary, const WordPieceOptions& options);
  void tokenize(std::string_view word, std::vector<Piece>& dst) const override;
  std::string_view rule() const override { return "WordPiece"; }
  std::string_view continuing_prefix() const override { return prefix_; }

 private:
  const Vocabulary& vocabulary_;
  StringTable continuing_;  // without the prefix
  std::string prefix_;
  std::int32_t unknown_;
  std::size_t max_characters_;
  std::size_t longest_;
};

}  // namespace nlp::tokenizer
