// Texts as examples: tokens with what a trainer wants to know of them.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "task/inputs.hpp"
#include "tokenizer/tokenizer.hpp"
#include "train/data/example.hpp"

namespace nlp::train {

struct EncodeOptions {
  std::int64_t max_tokens = 512;  // of an example, template included
  int threads = 1;                // no result depends on it
};

// One text, or a pair, without labels; the longer one is cut where max_tokens are not enough, and
// `truncated` says whether it was.
// Throws Error{data} where the other one of a pair leaves it no room.
Example encode_text(const tokenizer::Tokenizer& tokenizer, std::string_view text,
                    std::optional<std::string_view> pair, std::int64_t max_tokens, bool& truncated);

// A window of an encoding, without labels.
Example example_of(const tokenizer::Encoding& encoding, const task::InputPiece& piece);

// The tokens [0, before) and [after, T) of an encoding stand in every window of it; a window's
// token k is which of the encoding?
struct PieceRows {
  PieceRows(const tokenizer::Encoding& encoding, const task::InputPiece& piece);
  std::size_t operator[](std::int64_t row) const;

 private:
  std::int64_t before_, window_, size_, first_, total_;
};

}  // namespace nlp::train
