// The stage that splits normalised text into words.
#pragma once
#include <string_view>
#include <vector>

#include "text/span.hpp"

namespace nlp::tokenizer {

class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  // Adds the words of `text` to dst: bytes of it, in order, none empty.  Safe from several threads.
  virtual void split(std::string_view text, std::vector<text::Span>& dst) const = 0;
};

// Words between white space; punctuation characters are words of their own.
// Source: `BertPreTokenizer` of Hugging Face tokenizers.
class BertPreTokenizer final : public PreTokenizer {
 public:
  void split(std::string_view text, std::vector<text::Span>& dst) const override;
};

}  // namespace nlp::tokenizer
