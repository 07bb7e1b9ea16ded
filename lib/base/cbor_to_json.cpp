#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/base64.hpp"
#include "base/cbor.hpp"
#include "base/cbor_reader.hpp"
#include "base/json_text.hpp"

namespace nlp::cbor {
namespace {

double half_to_double(std::uint64_t bits) {
  const int exponent = static_cast<int>(bits >> 10 & 31);
  const double mantissa = static_cast<double>(bits & 1023);
  double value;
  if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else if (exponent < 31) {
    value = std::ldexp(mantissa + 1024, exponent - 25);
  } else {
    value = mantissa == 0 ? HUGE_VAL : NAN;
  }
  return bits & 0x8000 ? -value : value;
}

void append_json_number(double value, std::string& dst) {
  if (!std::isfinite(value)) {
    dst += "null";
    return;
  }
  const std::string text = fmt::format("{}", value);
  dst += text;
  if (text.find_first_of(".e") == std::string::npos) dst += ".0";
}

// Digits of a big-endian unsigned number, times ten and so on: bignums are short.
std::string decimal(std::string_view bytes) {
  std::string digits = "0";  // the last digit first
  for (const char c : bytes) {
    int carry = static_cast<unsigned char>(c);
    for (char& digit : digits) {
      carry += (digit - '0') * 256;
      digit = static_cast<char>('0' + carry % 10);
      carry /= 10;
    }
    for (; carry > 0; carry /= 10) digits.push_back(static_cast<char>('0' + carry % 10));
  }
  std::reverse(digits.begin(), digits.end());
  return digits;
}
std::string add_one(std::string digits) {
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    if (*digit != '9') return ++*digit, digits;
    *digit = '0';
  }
  return "1" + digits;
}
class JsonFromCbor {
 public:
  // `keys`: how many keys of maps this stands in.
  JsonFromCbor(std::string_view item, std::string& dst, int keys = 0)
      : reader_(item), dst_(dst), keys_(keys) {}

  void value() {
    const Head head = reader_.head();
    switch (head.major) {
      case kUnsigned:
        dst_ += fmt::format("{}", head.value);
        break;
      case kNegative:
        negative(head.value);
        break;
      case kBytes:
        bytes(head);
        break;
      case kText:
        text(head);
        break;
      case kArray:
        array(head);
        break;
      case kMap:
        map(head);
        break;
      case kTag:
        tagged(head.value);
        break;
      default:
        simple(head);
    }
  }

 private:
  void negative(std::uint64_t value) {
    dst_ += '-';
    dst_ += value == UINT64_MAX ? "18446744073709551616" : fmt::format("{}", value + 1);
  }
  void bytes(const Head& head) {
    std::string content;
    reader_.chunks(head, &content);
    dst_ += '"';
    append_base64(std::as_bytes(std::span(content.data(), content.size())), dst_);
    dst_ += '"';
  }
  void text(const Head& head) {
    std::string content;
    reader_.chunks(head, &content);
    json_text::append_string(content, dst_);
  }
  void array(const Head& head) {
    bool first = true;
    dst_ += '[';
    reader_.each(head, [&] {
      if (!std::exchange(first, false)) dst_ += ',';
      value();
    });
    dst_ += ']';
  }
  void map(const Head& head) {
    bool first = true;
    dst_ += '{';
    reader_.each(head, [&] {
      if (!std::exchange(first, false)) dst_ += ',';
      std::string key;
      if (keys_ == kMostKeys) throw Error(Kind::data, "maps as keys of maps are nested too deep");
      JsonFromCbor(reader_.skip(), key, keys_ + 1).value();
      if (key.empty() || key.front() != '"') {
        json_text::append_string(key, dst_);
      } else {
        dst_ += key;
      }
      dst_ += ':';
      value();
    });
    dst_ += '}';
  }
  void tagged(std::uint64_t tag) {
    const std::string_view item = reader_.skip();
    if ((tag == 2 || tag == 3) && is_bytes(item)) {
      const std::string content = bytes_of(item);
      if (content.size() < kMostDigits / 2) {
        if (tag == 3) dst_ += '-';
        dst_ += tag == 2 ? decimal(content) : add_one(decimal(content));
        return;
      }
    }
    if (tag == 4 && static_cast<std::uint8_t>(item.front()) == 0x82) {  // [exponent, mantissa]
      std::string pair;
      JsonFromCbor(item, pair, keys_).value();
      const auto comma = pair.find(',');
      const auto is_integer = [](std::string_view text) {
        return text.find_first_not_of("-0123456789") == std::string_view::npos;
      };
      const std::string exponent = pair.substr(1, comma - 1);
      const std::string mantissa = pair.substr(comma + 1, pair.size() - comma - 2);
      if (is_integer(exponent) && is_integer(mantissa)) {
        dst_.append(mantissa).append("e").append(exponent);
      } else {
        dst_ += pair;  // not written anew: nested ones would take time exponential in their depth
      }
      return;
    }
    JsonFromCbor(item, dst_, keys_).value();
  }
  void simple(const Head& head) {
    switch (head.info) {
      case 20:
        dst_ += "false";
        break;
      case 21:
        dst_ += "true";
        break;
      case 25:
        append_json_number(half_to_double(head.value), dst_);
        break;
      case 26: {
        const auto number = std::bit_cast<float>(static_cast<std::uint32_t>(head.value));
        if (std::isfinite(number)) {
          const std::string shortest = fmt::format("{}", number);
          dst_ += shortest;
          if (shortest.find_first_of(".e") == std::string::npos) dst_ += ".0";
        } else {
          dst_ += "null";
        }
        break;
      }
      case 27:
        append_json_number(std::bit_cast<double>(head.value), dst_);
        break;
      default:
        dst_ += "null";
    }
  }

  // Each key in a key doubles the backslashes before its quotes.
  static constexpr int kMostKeys = 4;

  Reader reader_;
  std::string& dst_;
  int keys_;
};

}  // namespace

void append_json(std::string_view item, std::string& dst) {
  whole([&] { JsonFromCbor(item, dst).value(); });
}

}  // namespace nlp::cbor
