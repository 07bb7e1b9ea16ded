#include "tokenizer/gpt2_pattern.hpp"

#include <array>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

enum class Category : std::uint8_t { letter, number, space, other };

Category category_of(char32_t point) {
  if (text::is_letter(point)) return Category::letter;
  if (text::is_number(point)) return Category::number;
  return text::is_whitespace(point) ? Category::space : Category::other;
}

const std::array<Category, 128>& ascii_categories() {
  static const std::array<Category, 128> classes = [] {
    std::array<Category, 128> table{};
    for (char32_t point = 0; point < 128; ++point) table[point] = category_of(point);
    return table;
  }();
  return classes;
}

// The class of the code point at `at`, which moves behind it.
Category next(std::string_view text, std::size_t& at, const std::array<Category, 128>& ascii) {
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte < 0x80 ? (++at, ascii[byte]) : category_of(text::decode(text, at));
}

// The length of 's 't 're 've 'm 'll 'd at the start of `text`; 0 where there is none.
std::size_t contraction(std::string_view text) {
  if (text.size() < 2 || text[0] != '\'') return 0;
  switch (text[1]) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return 2;
    case 'r':
    case 'v':
      return text.size() > 2 && text[2] == 'e' ? 3 : 0;
    case 'l':
      return text.size() > 2 && text[2] == 'l' ? 3 : 0;
    default:
      return 0;
  }
}

}  // namespace

std::size_t gpt2_word_end(std::string_view text, std::size_t from) {
  const auto& ascii = ascii_categories();
  if (const std::size_t size = contraction(text.substr(from))) return from + size;
  std::size_t at = from;
  Category kind = next(text, at, ascii);
  if (kind == Category::space) {
    // One space goes with the word behind it.
    if (text[from] == ' ' && at < text.size()) {
      std::size_t behind = at;
      const Category word = next(text, behind, ascii);
      if (word != Category::space) {
        kind = word;
        at = behind;
      }
    }
    if (kind == Category::space) {
      // All white space but the last before a word, where there is more than one.
      std::size_t last = from;
      while (at < text.size()) {
        std::size_t behind = at;
        if (next(text, behind, ascii) != Category::space) return last > from ? last : at;
        last = at;
        at = behind;
      }
      return at;
    }
  }
  while (at < text.size()) {
    std::size_t behind = at;
    if (next(text, behind, ascii) != kind) break;
    at = behind;
  }
  return at;
}

void Gpt2Pattern::find(std::string_view text, std::vector<Match>& dst) const {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = gpt2_word_end(text, at);
    dst.push_back({{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)}, true});
    at = end;
  }
}

}  // namespace nlp::tokenizer
