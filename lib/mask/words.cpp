#include "mask/words.hpp"

#include <algorithm>
#include <unordered_map>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::mask {

std::vector<text::Span> find_words(std::string_view text, std::span<const text::Span> excluded) {
  std::vector<text::Span> words;
  auto next = excluded.begin();
  const auto add = [&](std::size_t start, std::size_t end) {
    while (next != excluded.end() && next->end <= start) ++next;
    if (start < end && (next == excluded.end() || next->start >= end)) {
      words.push_back({static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
    }
  };
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t here = at;
    const char32_t point = text::decode(text, at);
    if (text::is_cjk(point)) {
      add(start, here);
      add(here, at);
      start = at;
    } else if (!text::is_word(point) || text::is_punctuation(point)) {  // `_` is both
      add(start, here);
      start = at;
    }
  }
  add(start, text.size());
  return words;
}

MaskedText mask_words(std::string_view text, std::span<const text::Span> words, std::size_t count,
                      std::string_view mask_token, const Random& random) {
  count = std::min(count, words.size());
  // The first steps of a shuffle of 0, 1, 2, …; `moved` holds what is not in its own place.
  std::unordered_map<std::size_t, std::size_t> moved;
  const auto at = [&](std::size_t place) {
    const auto found = moved.find(place);
    return found == moved.end() ? place : found->second;
  };
  MaskedText result;
  for (std::size_t k = 0; k < count; ++k) {
    const auto left = static_cast<std::uint32_t>(words.size() - k);
    const std::size_t other = k + random.below(left, static_cast<std::uint32_t>(k), 0);
    result.masked.push_back(words[at(other)]);
    moved[other] = at(k);
  }
  std::sort(result.masked.begin(), result.masked.end(),
            [](text::Span a, text::Span b) { return a.start < b.start; });
  std::size_t copied = 0;
  for (const text::Span word : result.masked) {
    result.text.append(text.substr(copied, word.start - copied)).append(mask_token);
    copied = word.end;
  }
  result.text.append(text.substr(copied));
  return result;
}

}  // namespace nlp::mask
