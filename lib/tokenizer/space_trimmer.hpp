// Takes the white space out of the offsets of tokens.
// Source: `trim_offsets` of ByteLevel and RobertaProcessing of Hugging Face tokenizers.
#pragma once
#include <string_view>

#include "text/span.hpp"

namespace nlp::tokenizer {

struct SpaceTrimmer {
  // The first token of a text may start with one space that was put there: it stays.
  bool add_prefix_space = false;

  // The offsets (bytes of `text`) of a token without as many code points at either end as its own
  // text has spaces there (white space, or the character of byte-level spaces).
  // first: whether it is the first token of the text.
  text::Span trim(std::string_view text, std::string_view token, bool first,
                  text::Span offsets) const;
};

}  // namespace nlp::tokenizer
