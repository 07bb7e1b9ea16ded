#include "train/tokenizer/word_counts.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "tokenizer/hash.hpp"

namespace nlp::train {
namespace {

constexpr std::size_t kFewestSlots = 1 << 12;        // slots
constexpr std::size_t kMost = std::size_t{1} << 31;  // words

std::uint32_t hash_of(std::string_view word) {
  std::uint64_t hash = word.size();
  while (word.size() >= 8) {
    std::uint64_t part;
    std::memcpy(&part, word.data(), 8);
    hash = tokenizer::mix(hash ^ part);
    word.remove_prefix(8);
  }
  std::uint64_t part = 0;
  std::memcpy(&part, word.data(), word.size());
  return static_cast<std::uint32_t>(tokenizer::mix(hash ^ part) >> 32);
}

}  // namespace

WordCounts::WordCounts() : slots_(kFewestSlots) {}

void WordCounts::add(std::string_view word, std::uint64_t count) {
  const std::uint32_t hash = hash_of(word);
  const std::size_t last = slots_.size() - 1;
  std::size_t slot = hash & last;
  for (; slots_[slot] != 0; slot = (slot + 1) & last) {
    Entry& entry = entries_[slots_[slot] - 1];
    if (entry.hash == hash && this->word(entry) == word) {
      entry.count += count;
      return;
    }
  }
  if (entries_.size() >= kMost)
    throw Error(Kind::memory, "more than 2^31 different words; train on less text");
  entries_.push_back({text_.size(), static_cast<std::uint32_t>(word.size()), hash, count});
  text_ += word;
  slots_[slot] = static_cast<std::uint32_t>(entries_.size());
  if (2 * entries_.size() > slots_.size()) grow();
}

void WordCounts::add(const WordCounts& other) {
  for (const Entry& entry : other.entries_) add(other.word(entry), entry.count);
}

void WordCounts::grow() {
  slots_.assign(2 * slots_.size(), 0);
  const std::size_t last = slots_.size() - 1;
  for (std::size_t k = 0; k < entries_.size(); ++k) {
    std::size_t slot = entries_[k].hash & last;
    while (slots_[slot] != 0) slot = (slot + 1) & last;
    slots_[slot] = static_cast<std::uint32_t>(k + 1);
  }
}

std::vector<WordCount> WordCounts::sorted() const {
  std::vector<WordCount> words;
  words.reserve(entries_.size());
  for (const Entry& entry : entries_) words.push_back({word(entry), entry.count});
  std::ranges::sort(words, {}, &WordCount::word);
  return words;
}

}  // namespace nlp::train
