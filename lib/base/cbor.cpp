#include "base/cbor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"

namespace nlp::cbor {
namespace {
constexpr int kDeepest = 1000;
constexpr std::uint8_t kBreak = 0xFF;
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
    if (depth > kDeepest)
      throw Error(Kind::data,
                  fmt::format("not read (CBOR nested deeper than {} levels)", kDeepest));
    const std::size_t from = at_;
    const Head head = this->head();
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
Head untagged(Reader& reader) {
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

// Digits beyond this would make bignums quadratic in earnest.
constexpr std::size_t kMostDigits = 4096;

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
        const std::string digits = decimal(content);
        dst_ += tag == 2 ? digits : "-" + add_one(digits);
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
        dst_ += mantissa + "e" + exponent;
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

std::optional<std::size_t> item_size(std::string_view bytes) {
  try {
    return Reader(bytes).skip().size();
  } catch (const Incomplete&) {
    return std::nullopt;
  }
}

bool starts_map(unsigned char byte) { return byte >> 5 == kMap || byte >> 5 == kTag; }

std::vector<Member> members(std::string_view item) {
  return whole([&] {
    Reader reader(item);
    const Head head = untagged(reader);
    if (head.major != kMap) throw Error(Kind::data, "no record (expected a CBOR map)");
    std::vector<Member> found;
    reader.each(head, [&] {
      const std::string_view key = reader.skip();
      Member member;
      if (is_text(key)) {
        member.key = text_of(key);
      } else {
        append_json(key, member.key);
      }
      member.raw = reader.skip();
      found.push_back(std::move(member));
    });
    return found;
  });
}

namespace {
std::string string_of(std::string_view item, std::uint8_t major, const char* what) {
  return whole([&] {
    Reader reader(item);
    const Head head = untagged(reader);
    if (head.major != major) throw Error(Kind::data, fmt::format("not read (expected {})", what));
    std::string content;
    reader.chunks(head, &content);
    return content;
  });
}
bool is_major(std::string_view item, std::uint8_t major) {
  return whole([&] {
    Reader reader(item);
    return untagged(reader).major == major;
  });
}
}  // namespace

std::string bytes_of(std::string_view item) { return string_of(item, kBytes, "a byte string"); }
std::string text_of(std::string_view item) { return string_of(item, kText, "a text string"); }
bool is_bytes(std::string_view item) { return is_major(item, kBytes); }
bool is_text(std::string_view item) { return is_major(item, kText); }

void append_json(std::string_view item, std::string& dst) {
  whole([&] { JsonFromCbor(item, dst).value(); });
}

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

void append_head(std::string& dst, std::uint8_t major, std::uint64_t value) {
  const auto put = [&](int info, int bytes) {
    dst.push_back(static_cast<char>(major << 5 | info));
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
      dst.push_back(static_cast<char>(value >> shift & 255));
  };
  if (value < 24) {
    put(static_cast<int>(value), 0);
  } else if (value <= 0xFF) {
    put(24, 1);
  } else if (value <= 0xFFFF) {
    put(25, 2);
  } else if (value <= 0xFFFFFFFF) {
    put(26, 4);
  } else {
    put(27, 8);
  }
}

void append_integer(std::string& dst, std::int64_t value) {
  if (value >= 0) {
    append_head(dst, kUnsigned, static_cast<std::uint64_t>(value));
  } else {
    append_head(dst, kNegative, static_cast<std::uint64_t>(-1 - value));
  }
}

void append_text(std::string& dst, std::string_view text) {
  append_head(dst, kText, text.size());
  dst += text;
}

void append_bytes(std::string& dst, std::string_view bytes) {
  append_head(dst, kBytes, bytes.size());
  dst += bytes;
}

void append_float(std::string& dst, float value) {
  dst.push_back(static_cast<char>(0xFA));
  const auto bits = std::bit_cast<std::uint32_t>(value);
  for (int shift = 24; shift >= 0; shift -= 8)
    dst.push_back(static_cast<char>(bits >> shift & 255));
}

}  // namespace nlp::cbor
