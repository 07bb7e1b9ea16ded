// Reads CBOR item by item.  For the files of cbor.hpp alone.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace nlp::cbor {

inline constexpr int kDeepest = 1000;
// Digits beyond this would make bignums quadratic in earnest.
inline constexpr std::size_t kMostDigits = 4096;
inline constexpr std::uint8_t kBreak = 0xFF;
enum Major : std::uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };

struct Incomplete {};

struct Head {
  std::uint8_t major = 0;
  std::uint8_t info = 0;    // the low five bits
  std::uint64_t value = 0;  // length, number, tag or the bits of a float
  bool indefinite() const { return info == 31; }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::size_t at() const { return at_; }
  [[noreturn]] void fail() const {
    throw Error(Kind::data, fmt::format("not CBOR (broken at byte {})", at_ + 1));
  }
  std::uint8_t peek() const {
    if (at_ >= bytes_.size()) throw Incomplete();
    return static_cast<std::uint8_t>(bytes_[at_]);
  }
  bool take_break() {
    if (peek() != kBreak) return false;
    ++at_;
    return true;
  }
  Head head() {
    Head head;
    const std::uint8_t first = peek();
    head.major = first >> 5;
    head.info = first & 31;
    if (head.info < 24) {
      head.value = head.info;
    } else if (head.info < 28) {
      const std::size_t size = std::size_t{1} << (head.info - 24);
      if (bytes_.size() - at_ < 1 + size) throw Incomplete();
      for (std::size_t k = 1; k <= size; ++k)
        head.value = head.value << 8 | static_cast<std::uint8_t>(bytes_[at_ + k]);
      at_ += size;
    } else if (head.info < 31 || head.major < kBytes || head.major > kMap) {
      fail();
    }
    ++at_;
    return head;
  }
  std::string_view take(std::uint64_t size) {
    if (bytes_.size() - at_ < size) throw Incomplete();
    const auto taken = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += static_cast<std::size_t>(size);
    return taken;
  }
  // One whole item.
  std::string_view skip(int depth = 0) {
    const std::size_t from = at_;
    const Head head = this->head();
    if (depth == kDeepest && (head.major == kArray || head.major == kMap || head.major == kTag))
      throw Error(Kind::data,
                  fmt::format("not read (CBOR nested deeper than {} levels)", kDeepest));
    switch (head.major) {
      case kBytes:
      case kText:
        chunks(head, nullptr);
        break;
      case kArray:
        each(head, [&] { skip(depth + 1); });
        break;
      case kMap:
        each(head, [&] {
          skip(depth + 1);
          skip(depth + 1);
        });
        break;
      case kTag:
        skip(depth + 1);
        break;
      default:
        break;
    }
    return bytes_.substr(from, at_ - from);
  }
  // The content of a string whose head was read.
  void chunks(const Head& head, std::string* dst) {
    if (!head.indefinite()) {
      const auto part = take(head.value);
      if (dst) *dst += part;
      return;
    }
    while (!take_break()) {
      const Head chunk = this->head();
      if (chunk.major != head.major || chunk.indefinite()) fail();
      const auto part = take(chunk.value);
      if (dst) *dst += part;
    }
  }
  template <class Item>
  void each(const Head& head, Item item) {
    if (head.indefinite()) {
      while (!take_break()) item();
    } else {
      for (std::uint64_t k = 0; k < head.value; ++k) item();
    }
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// The head behind any tags.
inline Head untagged(Reader& reader) {
  Head head = reader.head();
  while (head.major == kTag) head = reader.head();
  return head;
}

// Broken items are found when a sequence is taken apart; here they are whole.
template <class Body>
auto whole(Body body) {
  try {
    return body();
  } catch (const Incomplete&) {
    throw Error(Kind::data, "not CBOR (it ends inside of an item)");
  }
}

}  // namespace nlp::cbor
