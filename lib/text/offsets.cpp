#include "text/offsets.hpp"

#include <algorithm>

#include "text/utf8.hpp"

namespace nlp::text {
namespace {
constexpr std::size_t kBlock = 64;
}

Offsets::Offsets(std::string_view text, Unit unit)
    : text_(text), unit_(unit), identity_(unit == Unit::bytes || is_ascii(text)) {
  if (identity_) return;
  before_.push_back(0);
  for (std::size_t at = 0; at < text.size(); at += kBlock)
    before_.push_back(before_.back() + units(at, std::min(at + kBlock, text.size())));
}

std::uint32_t Offsets::units(std::size_t from, std::size_t to) const {
  std::uint32_t count = 0;
  for (std::size_t k = from; k < to; ++k) {
    const auto byte = static_cast<unsigned char>(text_[k]);
    if ((byte & 0xC0) != 0x80) ++count;
    if (unit_ == Unit::utf16 && byte >= 0xF0) ++count;
  }
  return count;
}

std::uint32_t Offsets::operator()(std::uint32_t byte) const {
  if (identity_) return byte;
  const std::size_t block = byte / kBlock;
  return before_[block] + units(block * kBlock, byte);
}

std::uint32_t Offsets::byte_of(std::uint32_t index) const {
  if (identity_) return index;
  const auto behind = std::upper_bound(before_.begin(), before_.end(), index);
  std::size_t at = static_cast<std::size_t>(behind - before_.begin() - 1) * kBlock;
  std::uint32_t unit = *(behind - 1);
  while (at < text_.size()) {
    if (starts_code_point(text_[at])) {
      if (unit >= index) break;
      unit += units(at, at + 1);
    }
    ++at;
  }
  return static_cast<std::uint32_t>(at);
}

}  // namespace nlp::text
