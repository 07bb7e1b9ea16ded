// How a text goes on by words, as a person writes: which tokens may stand behind it, and what
// stands between.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

class NextWords {
 public:
  // `tokenizer` outlives this.
  explicit NextWords(const tokenizer::Tokenizer& tokenizer);

  // Whether a token may go on behind `text` (valid UTF-8): one with a letter or a digit that is not
  // special.  A token that continues a word (`##ing`) may do so only behind a letter or digit.
  bool fits(std::string_view text, std::int32_t id) const;
  // The same behind any word: the token begins one.
  bool begins_word(std::int32_t id) const;

  // Writes the token behind `text`: apart, or together with the word that it continues.
  void append(std::string& text, std::int32_t id) const;

 private:
  // The token as it is written behind another one; with a space before it where it begins a word.
  std::string written(std::int32_t id) const;

  const tokenizer::Tokenizer& tokenizer_;
  std::vector<std::int32_t> before_;  // an ordinary word
  std::string before_text_;
};

}  // namespace nlp::task
