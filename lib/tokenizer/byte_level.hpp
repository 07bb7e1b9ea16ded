// Byte-level text: every byte as a printable character, so that a vocabulary needs no unknown
// token. Source: Radford et al. 2019 (GPT-2); `ByteLevel` of Hugging Face tokenizers.
#pragma once
#include <string>
#include <string_view>

#include "text/aligned_text.hpp"
#include "tokenizer/decoder.hpp"
#include "tokenizer/pre_tokenizer.hpp"

namespace nlp::tokenizer {

// The character of a byte: printable bytes stand for themselves, the others in their order for
// U+0100 and what follows.
char32_t character_of(unsigned char byte);
// The byte of a character; -1: of none.
int byte_of(char32_t character);

// The characters of the bytes `part` of `view`, the text that `dst` rewrites.
void put_byte_level(std::string_view view, text::Span part, text::Rewriter& dst);

// Splits by the pattern of GPT-2 (if use_regex), a space put before each word it is given that has
// none (if add_prefix_space), then turns the bytes to characters.
class ByteLevel final : public PreTokenizer {
 public:
  ByteLevel(bool add_prefix_space, bool use_regex)
      : add_prefix_space_(add_prefix_space), use_regex_(use_regex) {}
  void split(Words& words) const override;

 private:
  bool add_prefix_space_, use_regex_;
};

// All tokens as one text: bytes of their characters; a token with another character stands for
// itself.  What is not UTF-8 becomes U+FFFD.
class ByteLevelDecoder final : public Decoder {
 public:
  void apply(std::vector<std::string>& tokens) const override;
};

}  // namespace nlp::tokenizer
