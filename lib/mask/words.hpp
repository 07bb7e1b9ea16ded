// Masking whole words of plain text.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "text/span.hpp"

namespace nlp::mask {

// The words of `text` (valid UTF-8) that may be masked, as bytes, in order: runs of letters, marks
// and digits; a Chinese character is a word, as in BERT's pre-tokenizer.  Words that touch one of
// `excluded` (ascending, disjoint) are left out: special tokens written in the text.
std::vector<text::Span> find_words(std::string_view text, std::span<const text::Span> excluded);

struct MaskedText {
  std::string text;                // with `mask_token` in place of the words
  std::vector<text::Span> masked;  // bytes of the original, in order
};

// Masks `count` of `words`, all where there are fewer.  Every choice of words is equally likely; it
// depends on the seed and record in `random` and on how many words there are.
MaskedText mask_words(std::string_view text, std::span<const text::Span> words, std::size_t count,
                      std::string_view mask_token, const Random& random);

}  // namespace nlp::mask
