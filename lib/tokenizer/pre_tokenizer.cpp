#include "tokenizer/pre_tokenizer.hpp"

#include <array>
#include <cstdint>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

enum class Class : std::uint8_t { word, space, punctuation };

Class class_of(char32_t point) {
  if (text::is_whitespace(point)) return Class::space;
  return text::is_punctuation(point) ? Class::punctuation : Class::word;
}

const std::array<Class, 128>& ascii_classes() {
  static const std::array<Class, 128> classes = [] {
    std::array<Class, 128> table{};
    for (char32_t point = 0; point < 128; ++point) table[point] = class_of(point);
    return table;
  }();
  return classes;
}

void split_bert(std::string_view text, text::Span span, std::vector<text::Span>& dst) {
  const auto& ascii = ascii_classes();
  std::size_t word = span.start;  // where the word started that has not ended
  const auto end_word = [&](std::size_t at) {
    if (at > word)
      dst.push_back({static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(at)});
  };
  for (std::size_t at = span.start; at < span.end;) {
    const std::size_t from = at;
    const auto byte = static_cast<unsigned char>(text[at]);
    const Class kind = byte < 0x80 ? (++at, ascii[byte]) : class_of(text::decode(text, at));
    if (kind == Class::word) continue;
    end_word(from);
    if (kind == Class::punctuation)
      dst.push_back({static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(at)});
    word = at;
  }
  end_word(span.end);
}

}  // namespace

void BertPreTokenizer::split(Words& words) const {
  words.each([&](text::Span word, std::vector<text::Span>& dst) {
    split_bert(words.text.view(), word, dst);
  });
}

}  // namespace nlp::tokenizer
