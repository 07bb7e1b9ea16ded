// Unigram whose pieces have the ids of another vocabulary: that of Marian's vocab.json, made of a
// source and a target language, while the pieces are those of the source.
// Source: MarianTokenizer of Hugging Face transformers 4.57.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/token_model.hpp"
#include "tokenizer/unigram.hpp"
#include "tokenizer/vocabulary.hpp"

namespace nlp::tokenizer {

class Renumbered final : public TokenModel {
 public:
  // pieces, scores, unknown_piece: as Unigram takes them.  vocabulary: of the ids; it must outlive
  // this.  unknown: the id of what it does not have.
  Renumbered(Vocabulary pieces, std::vector<double> scores, std::int32_t unknown_piece,
             const Vocabulary& vocabulary, std::int32_t unknown);

  // Text that no piece covers may still be in the vocabulary, as a piece of the target language.
  void tokenize(std::string_view word, std::vector<Piece>& dst) const override;
  std::string_view rule() const override { return "Unigram"; }

 private:
  Vocabulary pieces_;
  Unigram unigram_;
  const Vocabulary& vocabulary_;
  std::int32_t unknown_;
  std::vector<std::int32_t> ids_;  // of the pieces
};

}  // namespace nlp::tokenizer
