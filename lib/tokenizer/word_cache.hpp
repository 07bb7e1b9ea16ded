// Remembers what a token model made of short words: most words of a text are few words again.
// Bounded, lock-free, and without influence on results: a word that is not remembered is computed.
// Source: the sequence lock of Boehm, "Can seqlocks get along with programming language memory
// models?", 2012.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tokenizer/token_model.hpp"

namespace nlp::tokenizer {

class WordCache {
 public:
  static constexpr std::size_t kLongestWord = 56;  // bytes
  static constexpr std::size_t kMostPieces = 16;
  static constexpr std::int32_t kLargestId = (1 << 24) - 1;

  WordCache();

  // Adds the pieces of `word` to dst, or returns false.  Safe from several threads.
  bool find(std::string_view word, std::vector<Piece>& dst) const;
  // Remembers the pieces [first, dst.size()) of `word`, where they fit: short words, in pieces that
  // lie one behind the other and cover it.  Forgets another word for it.  Safe from several
  // threads.
  void put(std::string_view word, const std::vector<Piece>& dst, std::size_t first) const;

 private:
  // Words of 24 bytes in 8 pieces take one cache line of the two.
  struct alignas(128) Slot {
    // Odd while it is written; size of the word, number of pieces, and how often it was written.
    std::atomic<std::uint64_t> state{0};
    std::array<std::atomic<std::uint64_t>, 3> head;
    std::array<std::atomic<std::uint64_t>, 4> pieces;  // two each: id and bytes
    std::array<std::atomic<std::uint64_t>, 4> tail;
    std::array<std::atomic<std::uint64_t>, 4> more_pieces;
  };
  static constexpr std::size_t kSlots = 1 << 14;  // 2 MiB

  std::unique_ptr<std::array<Slot, kSlots>> slots_;
};

}  // namespace nlp::tokenizer
