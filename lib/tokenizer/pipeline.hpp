// The way of a text through the stages, up to its tokens.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/encoding.hpp"
#include "tokenizer/parts.hpp"
#include "tokenizer/word_ids.hpp"

namespace nlp::tokenizer {

// Memory that the stages work in: one for each thread, used for one text after another.
struct Scratch {
  text::AlignedText normalized;
  Words words;
  std::vector<Cut> raw_cuts, cuts;
  std::vector<Piece> pieces;
};

// The tokens of valid UTF-8, without template.
Tokens tokenize(const Parts& parts, std::string_view text, Scratch& scratch);

// Adds their ids alone to dst: no offsets are worked out on the way.  `known` is of these parts.
void tokenize_ids(const Parts& parts, std::string_view text, Scratch& scratch, WordIds& known,
                  std::vector<std::int32_t>& dst);

// The same with special tokens in the text read as ordinary text.  starts: 1 for each id that opens
// a word, as Tokens::words counts them.
void tokenize_plain(const Parts& parts, std::string_view text, Scratch& scratch, WordIds& known,
                    std::vector<std::int32_t>& dst, std::vector<std::uint8_t>& starts);

}  // namespace nlp::tokenizer
