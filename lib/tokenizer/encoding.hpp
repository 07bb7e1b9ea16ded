// What a tokenizer makes of a text.  Legend: T tokens.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "text/span.hpp"

namespace nlp::tokenizer {

// The text of a token where it is not the vocabulary's: an added token with white space it has
// swallowed, an unknown token of a model that tells it (Piece::literal).
struct Matched {
  std::uint32_t token;  // index of the token
  std::string text;
};

// The tokens of one text, before a template adds special tokens.  Vectors have T entries, but for
// `matched`.
struct Tokens {
  std::vector<std::int32_t> ids;
  std::vector<text::Span> offsets;  // bytes of the text given in, half-open, on code point borders
  std::vector<std::int32_t> words;  // the pre-tokenizer's word, from 0; an added token is one, too
  std::vector<Matched> matched;     // few; see Tokenizer::surfaces()

  std::size_t size() const { return ids.size(); }
  // The tokens [first, last) alone.
  Tokens slice(std::size_t first, std::size_t last) const;
};

// One model input: a text or a pair with its template.  Vectors have T entries, but for `matched`.
struct Encoding {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;
  std::vector<text::Span> offsets;  // bytes, each in its own text; {0,0} where the template put it
  std::vector<std::int32_t> words;  // within its own text; -1 where the template put the token
  std::vector<std::int8_t> sequence;  // 0 the text, 1 its pair, -1 where the template put the token
  std::vector<std::uint8_t> special;  // 1 where the template put the token
  std::vector<Matched> matched;       // few; see Tokenizer::surfaces()

  std::size_t size() const { return ids.size(); }
};

}  // namespace nlp::tokenizer
