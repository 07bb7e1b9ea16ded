#include "tokenizer/charsmap.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

std::uint32_t little_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t k = 4; k-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + k]);
  return value;
}

// A unit: label of the byte that leads here, whether a key ends here, and the way to its children.
std::uint32_t label(std::uint32_t unit) { return unit & (1u << 31 | 0xFF); }
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) != 0; }
std::uint32_t offset(std::uint32_t unit) { return unit >> 10 << ((unit & 1u << 9) >> 6); }
std::uint32_t value(std::uint32_t leaf) { return leaf & 0x7FFFFFFF; }

}  // namespace

Charsmap::Charsmap(std::string_view blob, const std::string& where) {
  const auto fail = [&](std::string_view what) {
    throw Error(Kind::model, fmt::format("{}: broken character map: {}", where, what));
  };
  if (blob.size() < 4) fail("shorter than its own size");
  const std::size_t size = little_endian(blob, 0);
  blob.remove_prefix(4);
  if (size > blob.size() || size % 4 != 0 || size == 0)
    fail(fmt::format("its array has {} bytes of {}", size, blob.size()));
  units_.reserve(size / 4);
  for (std::size_t at = 0; at < size; at += 4) units_.push_back(little_endian(blob, at));
  texts_ = blob.substr(size);
  if (text::valid_prefix(texts_) != texts_.size()) fail("its texts are not UTF-8");
  for (std::size_t node = 0; node < units_.size(); ++node) {
    if (label(units_[node]) > 0xFF || !has_leaf(units_[node])) continue;
    const std::size_t leaf = node ^ offset(units_[node]);
    const std::size_t at = leaf < units_.size() ? value(units_[leaf]) : SIZE_MAX;
    if (at > texts_.size() || (at < texts_.size() && !text::starts_code_point(texts_[at])))
      fail(fmt::format("unit {} leads to no text", node));
  }
}

// Steps are checked: a broken array finds nothing.  Leaves have been checked.
template <class Each>
void Charsmap::each_key(std::string_view text, Each each) const {
  std::uint32_t node = offset(units_[0]);
  for (std::size_t k = 0; k < text.size(); ++k) {
    const std::uint32_t wanted = static_cast<unsigned char>(text[k]);
    node ^= wanted;
    if (wanted == 0 || node >= units_.size() || label(units_[node]) != wanted) return;
    const std::uint32_t unit = units_[node];
    node ^= offset(unit);
    if (!has_leaf(unit)) continue;
    const std::string_view replacement = std::string_view(texts_).substr(value(units_[node]));
    if (each(k + 1, replacement.substr(0, replacement.find('\0')))) return;
  }
}

std::optional<std::string_view> Charsmap::find(std::string_view text) const {
  std::optional<std::string_view> found;
  each_key(text, [&](std::size_t, std::string_view replacement) {
    found = replacement;
    return true;
  });
  return found;
}

std::optional<Charsmap::Match> Charsmap::find_longest(std::string_view text) const {
  std::optional<Match> found;
  each_key(text, [&](std::size_t size, std::string_view replacement) {
    found = {replacement, size};
    return false;
  });
  return found;
}

}  // namespace nlp::tokenizer
