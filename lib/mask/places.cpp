#include "mask/places.hpp"

#include "mask/words.hpp"

namespace nlp::mask {
namespace {

// Words of a text and of its pair get numbers of their own.
std::vector<std::int32_t> numbers_of(const tokenizer::Encoding& encoding) {
  std::vector<std::int32_t> numbers(encoding.size());
  for (std::size_t t = 0; t < encoding.size(); ++t)
    numbers[t] = encoding.words[t] * 2 + (encoding.sequence[t] == 1);
  return numbers;
}

}  // namespace

std::vector<text::Span> maskable_words(const tokenizer::Tokenizer& tokenizer,
                                       std::string_view text) {
  const auto tokens = tokenizer.tokenize(text);
  std::vector<text::Span> written;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    const text::Span span = tokens.offsets[t];
    // An unknown word has a special token's id, too, but another text.
    if (tokenizer.is_special(tokens.ids[t]) &&
        text.substr(span.start, span.size()).find(tokenizer.token_of(tokens.ids[t])) !=
            std::string_view::npos)
      written.push_back(span);
  }
  return find_words(text, written);
}

std::vector<std::uint8_t> maskable_tokens(const tokenizer::Tokenizer& tokenizer,
                                          const tokenizer::Encoding& encoding) {
  std::vector<std::uint8_t> maskable(encoding.size());
  for (std::size_t t = 0; t < encoding.size(); ++t)
    maskable[t] = encoding.special[t] == 0 && !tokenizer.is_special(encoding.ids[t]);
  return maskable;
}

std::vector<std::int32_t> word_numbers(const tokenizer::Tokenizer& tokenizer,
                                       const tokenizer::Encoding& encoding, std::string_view text) {
  if (encoding.words.size() == encoding.size()) return numbers_of(encoding);
  const auto tokens = tokenizer.tokenize(text);
  for (const auto& same : {tokenizer.assemble(tokens), tokenizer.join(tokens)})
    if (same.ids == encoding.ids) return numbers_of(same);
  std::vector<std::int32_t> numbers(encoding.size());
  const std::string_view mark = tokenizer.continuing_prefix();
  std::int32_t number = 0;
  for (std::size_t t = 0; t < encoding.size(); ++t) {
    const bool goes_on = !mark.empty() && t > 0 && encoding.special[t] == 0 &&
                         encoding.special[t - 1] == 0 &&
                         tokenizer.token_of(encoding.ids[t]).starts_with(mark);
    numbers[t] = goes_on ? number : ++number;
  }
  return numbers;
}

}  // namespace nlp::mask
