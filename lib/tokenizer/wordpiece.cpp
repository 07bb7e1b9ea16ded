#include "tokenizer/wordpiece.hpp"

#include <algorithm>

#include "text/utf8.hpp"

namespace nlp::tokenizer {

WordPiece::WordPiece(const Vocabulary& vocabulary, const WordPieceOptions& options)
    : vocabulary_(vocabulary),
      prefix_(options.continuing_prefix),
      unknown_(vocabulary.find(options.unknown_token)),
      max_characters_(options.max_characters),
      longest_(0) {
  const std::string_view prefix = options.continuing_prefix;
  for (std::int32_t id = 0; id < vocabulary.size(); ++id) {
    const std::string_view token = vocabulary.token_of(id);
    if (vocabulary.find(token) != id) continue;
    longest_ = std::max(longest_, token.size());
    if (token.size() > prefix.size() && token.starts_with(prefix))
      continuing_.put(token.substr(prefix.size()), id);
  }
}

void WordPiece::tokenize(std::string_view word, std::vector<Piece>& dst) const {
  const auto span = [](std::size_t from, std::size_t to) {
    return text::Span{static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
  };
  const auto unknown = [&](std::size_t keep) {
    dst.resize(keep);
    dst.push_back({unknown_, span(0, word.size())});
  };
  if (word.size() > max_characters_ && static_cast<std::size_t>(std::ranges::count_if(
                                           word, text::starts_code_point)) > max_characters_)
    return unknown(dst.size());
  const std::size_t before = dst.size();
  for (std::size_t from = 0; from < word.size();) {
    std::size_t to = std::min(word.size(), from + longest_);
    std::int32_t id = -1;
    for (; to > from; --to) {
      if (to < word.size() && !text::starts_code_point(word[to])) continue;
      const std::string_view candidate = word.substr(from, to - from);
      id = from == 0 ? vocabulary_.find(candidate) : continuing_.find(candidate);
      if (id >= 0) break;
    }
    if (id < 0) return unknown(before);
    dst.push_back({id, span(from, to)});
    from = to;
  }
}

}  // namespace nlp::tokenizer
