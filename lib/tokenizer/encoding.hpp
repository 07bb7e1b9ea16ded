// What a tokenizer makes of a text.  Legend: T tokens.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "text/span.hpp"

namespace nlp::tokenizer {

// The tokens of one text, before a template adds special tokens.  All vectors have T entries.
struct Tokens {
  std::vector<std::int32_t> ids;
  std::vector<text::Span> offsets;      // bytes of the text given in, half-open, on code point borders
  std::vector<std::int32_t> words;      // index of the pre-tokenizer's word, counted from 0 in the text
  std::vector<std::string> surfaces;    // the token as the reference prints it (`##ing`, `[UNK]`, `<mask>`)
  std::vector<std::uint8_t> added;      // 1 where an added token matched in the text, else 0

  std::size_t size() const { return ids.size(); }
  // The tokens [first, last) alone.
  Tokens slice(std::size_t first, std::size_t last) const;
};

// One model input: a text or a pair with its template.  All vectors have T entries.
struct Encoding {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;
  std::vector<text::Span> offsets;      // bytes, each in its own text; {0,0} where the template put the token
  std::vector<std::int32_t> words;      // word index within its own text; -1 where the template put the token
  std::vector<std::int8_t> sequence;    // 0 the text, 1 its pair, -1 where the template put the token
  std::vector<std::uint8_t> special;    // 1 where the template put the token
  std::vector<std::string> surfaces;

  std::size_t size() const { return ids.size(); }
};

}  // namespace nlp::tokenizer
