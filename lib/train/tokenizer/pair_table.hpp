// Pairs of tokens that stand side by side, and what is known of each.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "tokenizer/hash.hpp"

namespace nlp::train {

class PairTable {
 public:
  struct Pair {
    std::int32_t first, second;
    std::int64_t count = 0;              // weighted by the words' counts
    std::vector<std::uint32_t> words{};  // where it came up since it was last queued, ascending
  };

  PairTable() : slots_(1 << 16) {}

  // The place of a pair in the table; added where it is new.
  std::uint32_t place(std::int32_t first, std::int32_t second) {
    std::size_t slot = hash(first, second);
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
      const Pair& pair = pairs_[slots_[slot] - 1];
      if (pair.first == first && pair.second == second) return slots_[slot] - 1;
    }
    pairs_.push_back({first, second});
    slots_[slot] = static_cast<std::uint32_t>(pairs_.size());
    if (2 * pairs_.size() > slots_.size()) grow();
    return static_cast<std::uint32_t>(pairs_.size() - 1);
  }

  Pair& operator[](std::uint32_t place) { return pairs_[place]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(pairs_.size()); }

 private:
  std::size_t hash(std::int32_t first, std::int32_t second) const {
    const auto low = static_cast<std::uint32_t>(first), high = static_cast<std::uint32_t>(second);
    return tokenizer::mix(std::uint64_t{low} << 32 | high) & (slots_.size() - 1);
  }
  void grow() {
    slots_.assign(2 * slots_.size(), 0);
    for (std::uint32_t k = 0; k < pairs_.size(); ++k) {
      std::size_t slot = hash(pairs_[k].first, pairs_[k].second);
      while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = k + 1;
    }
  }

  std::vector<Pair> pairs_;
  std::vector<std::uint32_t> slots_;  // a pair's place plus 1; 0: free
};

}  // namespace nlp::train
