#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/cbor.hpp"
#include "base/cbor_reader.hpp"
#include "base/json_text.hpp"

namespace nlp::cbor {
namespace {

std::string from_decimal(std::string_view digits) {
  std::string bytes;  // the last byte first
  for (const char digit : digits) {
    int carry = digit - '0';
    for (char& byte : bytes) {
      carry += static_cast<unsigned char>(byte) * 10;
      byte = static_cast<char>(carry & 255);
      carry >>= 8;
    }
    if (carry > 0) bytes.push_back(static_cast<char>(carry));
  }
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

void append_double(double value, std::string& dst) {
  dst.push_back(static_cast<char>(0xFB));
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int shift = 56; shift >= 0; shift -= 8)
    dst.push_back(static_cast<char>(bits >> shift & 255));
}

// A decimal number text as a decimal fraction: 1.5e400 is [399, 15].
void append_decimal_fraction(std::string_view text, std::string& dst) {
  const bool minus = text.front() == '-';
  std::string digits;
  std::int64_t exponent = 0;
  bool behind_point = false;
  std::size_t k = minus;
  for (; k < text.size() && text[k] != 'e' && text[k] != 'E'; ++k) {
    if (text[k] == '.') {
      behind_point = true;
      continue;
    }
    digits.push_back(text[k]);
    exponent -= behind_point;
  }
  if (k < text.size()) {
    std::int64_t written = 0;
    const std::size_t from = text[k + 1] == '+' ? k + 2 : k + 1;
    if (std::from_chars(text.data() + from, text.data() + text.size(), written).ec != std::errc())
      return append_double(minus ? -HUGE_VAL : HUGE_VAL, dst);  // 1e99999999999999999999
    exponent += written;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  append_head(dst, kTag, 4);
  append_head(dst, kArray, 2);
  append_integer(dst, exponent);
  append_from_json((minus ? "-" : "") + digits, dst);
}

void append_big_integer(std::string_view text, std::string& dst) {
  const bool minus = text.front() == '-';
  std::string digits(text.substr(minus));
  if (minus) {  // -1 - n
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
      if (*digit != '0') {
        --*digit;
        break;
      }
      *digit = '9';
    }
  }
  append_head(dst, kTag, minus ? 3 : 2);
  append_bytes(dst, from_decimal(digits));
}

void append_number(std::string_view text, std::string& dst) {
  if (text.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t integer = 0;
    const auto end = text.data() + text.size();
    if (std::from_chars(text.data(), end, integer).ec == std::errc())
      return append_integer(dst, integer);
    std::uint64_t positive = 0;
    if (std::from_chars(text.data(), end, positive).ec == std::errc())
      return append_head(dst, kUnsigned, positive);
    if (text.size() < kMostDigits) return append_big_integer(text, dst);
  }
  const double number = std::strtod(std::string(text).c_str(), nullptr);
  if (std::isfinite(number) || text.size() >= kMostDigits) return append_double(number, dst);
  append_decimal_fraction(text, dst);
}

}  // namespace

void append_from_json(std::string_view json, std::string& dst) {
  using json_text::Type;
  switch (json_text::type_of(json)) {
    case Type::object: {
      const auto members = json_text::members(json);
      append_head(dst, kMap, members.size());
      for (const auto& member : members) {
        append_text(dst, member.key);
        append_from_json(member.raw, dst);
      }
      break;
    }
    case Type::array: {
      const auto items = json_text::items(json);
      append_head(dst, kArray, items.size());
      for (const auto& item : items) append_from_json(item, dst);
      break;
    }
    case Type::string: {
      std::uint64_t repaired = 0;
      append_text(dst, json_text::decode(json, repaired));
      break;
    }
    case Type::number:
      append_number(json, dst);
      break;
    case Type::boolean:
      dst.push_back(static_cast<char>(json.front() == 't' ? 0xF5 : 0xF4));
      break;
    case Type::null:
      dst.push_back(static_cast<char>(0xF6));
      break;
  }
}

}  // namespace nlp::cbor
