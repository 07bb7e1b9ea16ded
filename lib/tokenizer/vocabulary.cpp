#include "tokenizer/vocabulary.hpp"

#include <algorithm>
#include <cstring>

#include "tokenizer/hash.hpp"

namespace nlp::tokenizer {
namespace {

std::uint64_t hash_of(std::string_view key) {
  constexpr std::uint64_t kFirst = 0x9E3779B97F4A7C15u, kSecond = 0xD6E8FEB86659FD93u;
  std::uint64_t hash = kFirst ^ key.size();
  std::size_t at = 0;
  std::uint64_t word = 0;
  for (; at + 8 <= key.size(); at += 8) {
    std::memcpy(&word, key.data() + at, 8);
    hash = fold(hash ^ word, kSecond);
  }
  word = 0;
  if (at < key.size()) std::memcpy(&word, key.data() + at, key.size() - at);
  return fold(hash ^ word, kSecond);
}

}  // namespace

void StringTable::reserve(std::size_t count) {
  std::size_t size = 16;
  while (size < 2 * count) size *= 2;
  if (size > slots_.size()) {
    std::vector<Slot> old(size);
    std::swap(old, slots_);
    for (const Slot& slot : old)
      if (slot.id >= 0) {
        std::size_t at = slot.hash & (size - 1);
        while (slots_[at].id >= 0) at = (at + 1) & (size - 1);
        slots_[at] = slot;
      }
  }
}

void StringTable::put(std::string_view key, std::int32_t id) {
  reserve(used_ + 1);
  longest_ = std::max(longest_, key.size());
  const std::uint64_t hash = hash_of(key);
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].id >= 0) {
    Slot& slot = slots_[at];
    if (slot.hash == hash && std::string_view(slot.data, slot.size) == key) {
      slot.id = id;
      return;
    }
    at = (at + 1) & (slots_.size() - 1);
  }
  slots_[at] = {key.data(), static_cast<std::uint32_t>(key.size()), id, hash};
  ++used_;
}

std::int32_t StringTable::find(std::string_view key) const {
  if (slots_.empty() || key.size() > longest_) return -1;
  const std::uint64_t hash = hash_of(key);
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].id >= 0) {
    const Slot& slot = slots_[at];
    if (slot.hash == hash && std::string_view(slot.data, slot.size) == key) return slot.id;
    at = (at + 1) & (slots_.size() - 1);
  }
  return -1;
}

Vocabulary::Vocabulary(const std::vector<Entry>& entries) {
  std::size_t bytes = 0;
  std::int32_t count = 0;
  for (const Entry& entry : entries) {
    bytes += entry.token.size();
    count = std::max(count, entry.id + 1);
  }
  text_.reserve(std::max<std::size_t>(bytes, 64));  // never short: a move keeps the address
  tokens_.resize(static_cast<std::size_t>(count));
  table_.reserve(entries.size());
  for (const Entry& entry : entries) {
    const std::size_t at = text_.size();
    text_ += entry.token;
    const std::string_view token(text_.data() + at, entry.token.size());
    tokens_[static_cast<std::size_t>(entry.id)] = token;
    table_.put(token, entry.id);
  }
}

std::string_view Vocabulary::token_of(std::int32_t id) const {
  return id >= 0 && id < size() ? tokens_[static_cast<std::size_t>(id)] : std::string_view();
}

}  // namespace nlp::tokenizer
