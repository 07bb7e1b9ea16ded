// How often each word of a text occurs.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::train {

struct WordCount {
  std::string_view word;  // not empty
  std::uint64_t count;
};

class WordCounts {
 public:
  WordCounts();

  // Throws Error{memory} beyond 2^31 different words.
  void add(std::string_view word, std::uint64_t count = 1);
  void add(const WordCounts& other);

  std::size_t size() const { return entries_.size(); }  // different words

  // All of them, sorted by their bytes: what comes first does not depend on the order of add().
  // The views hold until the next add().
  std::vector<WordCount> sorted() const;

 private:
  struct Entry {
    std::uint64_t start;  // in text_
    std::uint32_t size;
    std::uint32_t hash;
    std::uint64_t count;
  };
  std::string_view word(const Entry& entry) const {
    return std::string_view(text_).substr(entry.start, entry.size);
  }
  void grow();

  std::string text_;  // the words one behind the other
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // an entry's place plus 1; 0: free
};

}  // namespace nlp::train
