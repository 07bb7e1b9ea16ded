#include "tokenizer/added_tokens.hpp"

#include <algorithm>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

char32_t point_at(std::string_view text, std::size_t at) { return text::decode(text, at); }

bool word_touches(std::string_view text, std::size_t from, std::size_t to) {
  return (from > 0 && text::is_word(point_at(text, text::previous_start(text, from)))) ||
         (to < text.size() && text::is_word(point_at(text, to)));
}

}  // namespace

void AddedTokenMatcher::add(const AddedToken& token, std::string_view content) {
  if (content.empty()) return;
  starts_[static_cast<unsigned char>(content[0])] = true;
  std::uint32_t node = 0;
  for (const char byte : content) {
    const std::uint64_t edge = std::uint64_t{node} << 8 | static_cast<unsigned char>(byte);
    const auto [at, fresh] = next_.try_emplace(edge, static_cast<std::uint32_t>(ends_.size()));
    if (fresh) ends_.push_back(-1);
    node = at->second;
  }
  if (ends_[node] < 0) ends_[node] = static_cast<int>(patterns_.size());
  patterns_.push_back({token, content.size()});
}

int AddedTokenMatcher::longest_at(std::string_view text, std::size_t at) const {
  int found = -1;
  std::uint32_t node = 0;
  for (; at < text.size(); ++at) {
    const auto edge = next_.find(std::uint64_t{node} << 8 | static_cast<unsigned char>(text[at]));
    if (edge == next_.end()) break;
    node = edge->second;
    if (ends_[node] >= 0) found = ends_[node];
  }
  return found;
}

void AddedTokenMatcher::cut(std::string_view text, std::vector<Cut>& dst, bool special) const {
  const auto push = [&](std::size_t from, std::size_t to, std::int32_t id) {
    dst.push_back({{static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)}, id});
  };
  std::size_t done = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!starts_[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    const int index = longest_at(text, at);
    if (index < 0) {
      ++at;
      continue;
    }
    const auto& [token, size] = patterns_[static_cast<std::size_t>(index)];
    std::size_t from = at, to = at + size;
    at = to;  // whatever becomes of the match, the next one starts behind it
    if (token.special && !special) continue;
    if (token.single_word && word_touches(text, from, to)) continue;
    if (token.lstrip) {
      while (from > done) {
        const std::size_t previous = text::previous_start(text, from);
        if (!text::is_whitespace(point_at(text, previous))) break;
        from = previous;
      }
      from = std::max(from, done);
      if (from >= to) continue;  // the token before swallowed all of it
    }
    if (token.rstrip)
      while (to < text.size()) {
        std::size_t behind = to;
        if (!text::is_whitespace(text::decode(text, behind))) break;
        to = behind;
      }
    // Without lstrip a token of spaces is found even in what the one before swallowed: their spans
    // overlap then, as in the reference.
    if (from > done) push(done, from, -1);
    push(from, to, token.id);
    done = to;
  }
  if (done < text.size()) push(done, text.size(), -1);
}

}  // namespace nlp::tokenizer
