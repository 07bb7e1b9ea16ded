#include "mask/word_counts.hpp"

#include <algorithm>

namespace nlp::mask {

void WordCounts::add(std::string_view word) {
  ++counts_[std::string(word)];
  ++total_;
}

std::vector<WordCount> WordCounts::most_frequent(std::size_t most) const {
  std::vector<WordCount> all;
  for (const auto& [word, count] : counts_) all.push_back({word, count});
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()));
  std::ranges::partial_sort(all, end, [](const WordCount& left, const WordCount& right) {
    return left.count != right.count ? left.count > right.count : left.word < right.word;
  });
  all.erase(end, all.end());
  return all;
}

}  // namespace nlp::mask
