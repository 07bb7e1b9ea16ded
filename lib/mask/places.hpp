// Where a text or its tokens may be masked.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/span.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::mask {

// The words of `text` (valid UTF-8) as find_words() has them, special tokens written in it left
// out.
std::vector<text::Span> maskable_words(const tokenizer::Tokenizer& tokenizer,
                                       std::string_view text);

// [T] 1 for tokens that may be masked: neither put there by the template nor special tokens.
std::vector<std::uint8_t> maskable_tokens(const tokenizer::Tokenizer& tokenizer,
                                          const tokenizer::Encoding& encoding);

// [T] neighbours with the same number are pieces of one word.  From encoding.words; where these are
// not known, from the tokens of `text` if they are the same ones; else by the vocabulary's mark of
// a continuing piece.
std::vector<std::int32_t> word_numbers(const tokenizer::Tokenizer& tokenizer,
                                       const tokenizer::Encoding& encoding, std::string_view text);

}  // namespace nlp::mask
