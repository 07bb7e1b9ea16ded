#include "base/base64.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "base/error.hpp"

namespace nlp {
namespace {
constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 255;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::uint8_t k = 0; k < 64; ++k) values[static_cast<unsigned char>(kDigits[k])] = k;
  return values;
}();
}  // namespace

void append_base64(std::span<const std::byte> bytes, std::string& dst) {
  const std::size_t from = dst.size();
  dst.resize(from + (bytes.size() + 2) / 3 * 4);
  char* at = dst.data() + from;
  std::size_t k = 0;
  const auto byte = [&](std::size_t index) { return static_cast<std::uint32_t>(bytes[index]); };
  for (; k + 3 <= bytes.size(); k += 3) {
    const std::uint32_t bits = byte(k) << 16 | byte(k + 1) << 8 | byte(k + 2);
    for (int shift = 18; shift >= 0; shift -= 6) *at++ = kDigits[bits >> shift & 63];
  }
  const std::size_t left = bytes.size() - k;
  if (left == 0) return;
  const std::uint32_t bits = byte(k) << 16 | (left == 2 ? byte(k + 1) << 8 : 0);
  *at++ = kDigits[bits >> 18 & 63];
  *at++ = kDigits[bits >> 12 & 63];
  *at++ = left == 2 ? kDigits[bits >> 6 & 63] : '=';
  *at++ = '=';
}

std::vector<std::byte> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    throw Error(Kind::data,
                fmt::format("not base64 ({} characters, no multiple of 4)", text.size()));
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const std::size_t digits = text.size() - padding;
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (std::size_t k = 0; k < digits; ++k) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(text[k])];
    if (value == kNone)
      throw Error(Kind::data, fmt::format("not base64 (broken at character {})", k + 1));
    bits = bits << 6 | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::byte>(bits >> count & 255));
  }
  return bytes;
}

}  // namespace nlp
