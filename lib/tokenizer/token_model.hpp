// The stage that turns a word into tokens.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/span.hpp"

namespace nlp::tokenizer {

struct Piece {
  std::int32_t id;
  text::Span span;  // bytes of the word
  // The token's text is what it stands for, not the vocabulary's: Unigram's unknown tokens.
  bool literal = false;
};

class TokenModel {
 public:
  virtual ~TokenModel() = default;
  // Adds the tokens of `word` (not empty, valid UTF-8) to dst.  Safe from several threads.
  virtual void tokenize(std::string_view word, std::vector<Piece>& dst) const = 0;
  // How words become tokens, as tokenizer.json names it.
  virtual std::string_view rule() const = 0;
  // What marks a token that continues a word (`##`); empty where the model marks none.
  virtual std::string_view continuing_prefix() const { return {}; }
};

}  // namespace nlp::tokenizer
