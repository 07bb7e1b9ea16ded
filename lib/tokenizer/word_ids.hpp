// Remembers the ids of short words, for one thread and one tokenizer: most words of a text are few
// words again.  Bounded; a word that is not remembered is computed, so results are the same.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace nlp::tokenizer {

class WordIds {
 public:
  static constexpr std::size_t kLongestWord = 15;  // bytes
  static constexpr std::size_t kMostIds = 3;

  struct Slot {
    std::uint64_t low = 0, high = 0;  // the bytes of the word, and its size in the last
    std::array<std::int32_t, kMostIds> ids = {};
    std::uint32_t count = 0;
  };

  WordIds() : slots_(std::make_unique<std::array<Slot, kSlots>>()) {}

  // The slot of the word `text[from, from + size)`, and whether it holds that word.  If not, the
  // caller may put its ids there.  0 < size <= kLongestWord.
  Slot& find(std::string_view text, std::size_t from, std::size_t size, bool& found) {
    std::uint64_t low = 0, high = 0;
    if (from + 16 <= text.size()) {
      std::memcpy(&low, text.data() + from, 8);
      std::memcpy(&high, text.data() + from + 8, 8);
      if (size < 8) {
        low &= (std::uint64_t{1} << 8 * size) - 1;
        high = 0;
      } else {
        high &= (std::uint64_t{1} << 8 * (size - 8)) - 1;
      }
    } else {
      std::memcpy(&low, text.data() + from, size < 8 ? size : 8);
      if (size > 8) std::memcpy(&high, text.data() + from + 8, size - 8);
    }
    high |= std::uint64_t{size} << 56;
    constexpr std::uint64_t kFirst = 0x9E3779B97F4A7C15u, kSecond = 0xC2B2AE3D27D4EB4Fu;
    Slot& slot = (*slots_)[((low ^ high * kSecond) * kFirst) >> (64 - kBits)];
    found = slot.low == low && slot.high == high;
    if (!found) {
      slot.low = low;
      slot.high = high;
      slot.count = kEmpty;
    }
    return slot;
  }

  // A slot whose word has more ids than it holds.
  static constexpr std::uint32_t kEmpty = 0xFFFFFFFF;

 private:
  static constexpr int kBits = 13;
  static constexpr std::size_t kSlots = std::size_t{1} << kBits;  // 256 KiB
  std::unique_ptr<std::array<Slot, kSlots>> slots_;
};

}  // namespace nlp::tokenizer
