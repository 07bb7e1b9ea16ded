#include "tokenizer/renumbered.hpp"

#include <utility>

namespace nlp::tokenizer {

Renumbered::Renumbered(Vocabulary pieces, std::vector<double> scores, std::int32_t unknown_piece,
                       const Vocabulary& vocabulary, std::int32_t unknown)
    : pieces_(std::move(pieces)),
      unigram_(pieces_, std::move(scores), unknown_piece, false),
      vocabulary_(vocabulary),
      unknown_(unknown) {
  for (std::int32_t piece = 0; piece < pieces_.size(); ++piece)
    ids_.push_back(vocabulary.find(pieces_.token_of(piece)));
}

void Renumbered::tokenize(std::string_view word, std::vector<Piece>& dst) const {
  const std::size_t first = dst.size();
  unigram_.tokenize(word, dst);
  for (std::size_t k = first; k < dst.size(); ++k) {
    Piece& piece = dst[k];
    piece.id = piece.literal ? vocabulary_.find(word.substr(piece.span.start, piece.span.size()))
                             : ids_[static_cast<std::size_t>(piece.id)];
    piece.literal = piece.id < 0;
    if (piece.literal) piece.id = unknown_;
  }
}

}  // namespace nlp::tokenizer
