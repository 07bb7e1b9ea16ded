#include "tokenizer/word_cache.hpp"

#include <cstring>

#include "tokenizer/hash.hpp"

namespace nlp::tokenizer {
namespace {

// The state: bit 0 lock, bits 1-7 size of the word, bits 8-15 pieces, above a count of writes.
constexpr std::uint64_t kLocked = 1;
constexpr unsigned kSizeAt = 1, kPiecesAt = 8, kCountAt = 16;
// A piece: bits 0-23 id, bits 24-29 its bytes, bit 31 literal.
constexpr unsigned kBytesAt = 24, kLiteralAt = 31;

using Key = std::array<std::uint64_t, WordCache::kLongestWord / 8>;

// The word with zeros behind it.
std::size_t key_of(std::string_view word, Key& key) {
  const std::size_t words = (word.size() + 7) / 8;
  if (words > 0) key[words - 1] = 0;
  std::memcpy(key.data(), word.data(), word.size());
  return words;
}

std::uint64_t hash_of(const Key& key, std::size_t words, std::size_t size) {
  std::uint64_t hash = size;
  for (std::size_t k = 0; k < words; ++k) hash = mix(hash ^ key[k]);
  return hash;
}

template <class Slot>
auto& key_word(Slot& slot, std::size_t k) {
  return k < 3 ? slot.head[k] : slot.tail[k - 3];
}

template <class Slot>
auto& piece_word(Slot& slot, std::size_t k) {
  return k < 4 ? slot.pieces[k] : slot.more_pieces[k - 4];
}

std::uint64_t pack(const Piece& piece) {
  return static_cast<std::uint64_t>(piece.id) | std::uint64_t{piece.span.size()} << kBytesAt |
         std::uint64_t{piece.literal} << kLiteralAt;
}

}  // namespace

WordCache::WordCache() : slots_(std::make_unique<std::array<Slot, kSlots>>()) {}

// Acquiring loads keep the order: who has seen a word of a later write sees its state, too.
bool WordCache::find(std::string_view word, std::vector<Piece>& dst) const {
  if (word.size() > kLongestWord || word.empty()) return false;
  Key key;
  const std::size_t words = key_of(word, key);
  const Slot& slot = (*slots_)[hash_of(key, words, word.size()) % kSlots];
  const std::uint64_t state = slot.state.load(std::memory_order_acquire);
  if ((state & kLocked) != 0 || (state >> kSizeAt & 0x7F) != word.size()) return false;
  for (std::size_t k = 0; k < words; ++k)
    if (key_word(slot, k).load(std::memory_order_acquire) != key[k]) return false;
  const std::size_t count = state >> kPiecesAt & 0xFF, before = dst.size();
  dst.resize(before + count);
  std::uint32_t at = 0;
  std::uint64_t two = 0;
  for (std::size_t k = 0; k < count; ++k) {
    two = k % 2 == 0 ? piece_word(slot, k / 2).load(std::memory_order_acquire) : two >> 32;
    const std::uint32_t bytes = two >> kBytesAt & 0x3F;
    dst[before + k] = {static_cast<std::int32_t>(two & kLargestId),
                       {at, at + bytes},
                       (two >> kLiteralAt & 1) != 0};
    at += bytes;
  }
  if (slot.state.load(std::memory_order_relaxed) == state) return true;
  dst.resize(before);
  return false;
}

void WordCache::put(std::string_view word, const std::vector<Piece>& dst, std::size_t first) const {
  const std::size_t count = dst.size() - first;
  if (word.size() > kLongestWord || word.empty() || count > kMostPieces) return;
  std::uint32_t at = 0;
  for (std::size_t k = first; k < dst.size(); ++k) {
    if (dst[k].span.start != at || dst[k].id > kLargestId) return;
    at = dst[k].span.end;
  }
  Key key;
  const std::size_t words = key_of(word, key);
  Slot& slot = (*slots_)[hash_of(key, words, word.size()) % kSlots];
  std::uint64_t state = slot.state.load(std::memory_order_relaxed);
  if ((state & kLocked) != 0 ||
      !slot.state.compare_exchange_strong(state, state | kLocked, std::memory_order_acquire))
    return;
  for (std::size_t k = 0; k < words; ++k)
    key_word(slot, k).store(key[k], std::memory_order_release);
  for (std::size_t k = 0; k < count; k += 2) {
    std::uint64_t two = pack(dst[first + k]);
    if (k + 1 < count) two |= pack(dst[first + k + 1]) << 32;
    piece_word(slot, k / 2).store(two, std::memory_order_release);
  }
  const std::uint64_t writes = (state >> kCountAt) + 1;
  slot.state.store(writes << kCountAt | count << kPiecesAt | word.size() << kSizeAt,
                   std::memory_order_release);
}

}  // namespace nlp::tokenizer
