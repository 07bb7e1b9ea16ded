#include "tokenizer/word_level.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace nlp::tokenizer {

WordLevel::WordLevel(const Vocabulary& vocabulary, std::string unknown_token)
    : vocabulary_(vocabulary),
      unknown_token_(std::move(unknown_token)),
      unknown_(vocabulary.find(unknown_token_)) {}

void WordLevel::tokenize(std::string_view word, std::vector<Piece>& dst) const {
  std::int32_t id = vocabulary_.find(word);
  if (id < 0) id = unknown_;
  if (id < 0)
    throw Error(Kind::model,
                fmt::format("the tokenizer's vocabulary lacks a word of the text and its unknown "
                            "token \"{}\"",
                            unknown_token_));
  dst.push_back({id, {0, static_cast<std::uint32_t>(word.size())}, false});
}

}  // namespace nlp::tokenizer
