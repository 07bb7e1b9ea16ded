#include "train/tokenizer/alphabet.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "text/utf8.hpp"

namespace nlp::train {

std::vector<char32_t> find_alphabet(std::span<const WordCount> words,
                                    std::span<const char32_t> initial,
                                    std::optional<std::size_t> limit) {
  constexpr std::size_t kPoints = 0x110000;
  std::vector<std::uint64_t> counts(kPoints);
  for (const WordCount& word : words)
    for (std::size_t at = 0; at < word.word.size();)
      counts[text::decode(word.word, at)] += word.count;
  for (const char32_t point : initial) counts[point] = std::numeric_limits<std::uint64_t>::max();

  std::vector<char32_t> points;
  for (std::size_t point = 0; point < kPoints; ++point)
    if (counts[point] > 0) points.push_back(static_cast<char32_t>(point));
  if (limit && points.size() > *limit) {
    std::ranges::stable_sort(points, std::greater<>(),
                             [&](char32_t point) { return counts[point]; });
    points.resize(*limit);
    std::ranges::sort(points);
  }
  return points;
}

}  // namespace nlp::train
