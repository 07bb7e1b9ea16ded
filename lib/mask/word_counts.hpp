// Which words were masked, and how often.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nlp::mask {

struct WordCount {
  std::string word;
  std::int64_t count = 0;

  bool operator==(const WordCount&) const = default;
};

class WordCounts {
 public:
  void add(std::string_view word);

  std::int64_t total() const { return total_; }  // masks
  std::int64_t words() const { return static_cast<std::int64_t>(counts_.size()); }

  // The words that were masked most often, at most so many; of equal counts in the order of bytes.
  std::vector<WordCount> most_frequent(std::size_t most) const;

 private:
  std::unordered_map<std::string, std::int64_t> counts_;
  std::int64_t total_ = 0;
};

}  // namespace nlp::mask
