#include "train/data/encode.hpp"

#include <utility>

namespace nlp::train {

PieceRows::PieceRows(const tokenizer::Encoding& encoding, const task::InputPiece& piece)
    : before_(piece.row),
      window_(piece.window.last - piece.window.first),
      size_(piece.size()),
      first_(piece.window.first),
      total_(static_cast<std::int64_t>(encoding.size())) {}

std::size_t PieceRows::operator[](std::int64_t row) const {
  if (row < before_) return static_cast<std::size_t>(row);
  if (row < before_ + window_) return static_cast<std::size_t>(row + first_);
  return static_cast<std::size_t>(total_ - size_ + row);
}

Example example_of(const tokenizer::Encoding& encoding, const task::InputPiece& piece) {
  Example example;
  example.ids = piece.ids;
  example.type_ids = piece.type_ids;
  const PieceRows rows(encoding, piece);
  for (std::int64_t row = 0; row < piece.size(); ++row) {
    example.special.push_back(encoding.special[rows[row]]);
    example.words.push_back(encoding.words[rows[row]]);
  }
  return example;
}

Example encode_text(const tokenizer::Tokenizer& tokenizer, std::string_view text,
                    std::optional<std::string_view> pair, std::int64_t max_tokens,
                    bool& truncated) {
  auto encoding = pair ? tokenizer.encode(text, *pair) : tokenizer.encode(text);
  truncated = task::split_input(encoding, max_tokens, {.fit = task::Fit::truncate}).truncated;
  Example example;
  example.ids = std::move(encoding.ids);
  example.type_ids = std::move(encoding.type_ids);
  example.special = std::move(encoding.special);
  example.words = std::move(encoding.words);
  return example;
}

}  // namespace nlp::train
