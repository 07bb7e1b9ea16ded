#include "task/next_words.hpp"

#include <algorithm>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::task {
namespace {

// 0 where there is none.
char32_t first_of(std::string_view text) {
  std::size_t at = 0;
  return text.empty() ? 0 : text::decode(text, at);
}

char32_t last_of(std::string_view text) {
  if (text.empty()) return 0;
  std::size_t at = text.size() - 1;
  while (at > 0 && !text::starts_code_point(text[at])) --at;
  return text::decode(text, at);
}

bool is_of_words(char32_t point) {
  return text::is_letter(point) || text::is_mark(point) || text::is_numeric(point);
}

bool has_word(std::string_view text) {
  for (std::size_t at = 0; at < text.size();)
    if (is_of_words(text::decode(text, at))) return true;
  return false;
}

bool is_apart(std::string_view written) {
  return written.empty() || text::is_whitespace(first_of(written)) ||
         text::is_cjk(first_of(written));
}

}  // namespace

NextWords::NextWords(const tokenizer::Tokenizer& tokenizer)
    : tokenizer_(tokenizer),
      before_(tokenizer.tokenize("a").ids),
      before_text_(tokenizer.decode(before_, false)) {}

std::string NextWords::written(std::int32_t id) const {
  auto ids = before_;
  ids.push_back(id);
  std::string both = tokenizer_.decode(ids, false);
  // The decoder of a vocabulary may write what it reads together in another way.
  if (!both.starts_with(before_text_))
    return std::string(" ").append(tokenizer_.decode({&id, 1}, false));
  return both.substr(before_text_.size());
}

bool NextWords::begins_word(std::int32_t id) const {
  if (tokenizer_.token_of(id).empty() || tokenizer_.is_special(id)) return false;
  const std::string word = written(id);
  return has_word(word) && is_apart(word);
}

bool NextWords::fits(std::string_view text, std::int32_t id) const {
  if (begins_word(id)) return true;
  if (!is_of_words(last_of(text)) || tokenizer_.token_of(id).empty() || tokenizer_.is_special(id))
    return false;
  return has_word(written(id));
}

void NextWords::append(std::string& text, std::int32_t id) const {
  std::string word = written(id);
  const auto begin = std::find_if(word.begin(), word.end(), [](char c) { return c != ' '; });
  const std::string_view bare(begin, word.end());
  const char32_t last = last_of(text);
  const bool together = text.empty() || text::is_whitespace(last) ||
                        (text::is_cjk(last) && text::is_cjk(first_of(bare)));
  text.append(together ? bare : std::string_view(word));
}

}  // namespace nlp::task
