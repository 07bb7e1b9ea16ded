#include "base/json_text.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace nlp::json_text {
namespace {
constexpr int kDeepest = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Walks over values; every function starts at the first byte of what it skips.
class Scanner {
 public:
  explicit Scanner(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  bool done() const { return at_ == text_.size(); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  void expect(char c) {
    if (at_ >= text_.size() || text_[at_] != c) fail();
    ++at_;
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  [[noreturn]] void fail() const {
    throw Error(Kind::data, fmt::format("not JSON (broken at byte {})", at_ + 1));
  }

  std::string_view value(int depth = 0) {
    const std::size_t from = at_;
    if (depth == kDeepest && (peek() == '{' || peek() == '['))
      throw Error(Kind::data,
                  fmt::format("not read (JSON nested deeper than {} levels)", kDeepest));
    switch (peek()) {
      case '{':
        object(depth, nullptr);
        break;
      case '[':
        array(depth, nullptr);
        break;
      case '"':
        string();
        break;
      case 't':
        word("true");
        break;
      case 'f':
        word("false");
        break;
      case 'n':
        word("null");
        break;
      default:
        number();
    }
    return text_.substr(from, at_ - from);
  }

  void object(int depth, std::vector<Member>* dst) {
    expect('{');
    space();
    if (take('}')) return;
    for (;;) {
      space();
      const std::size_t from = at_;
      string();
      const std::string_view key = text_.substr(from, at_ - from);
      space();
      expect(':');
      space();
      const std::string_view raw = value(depth + 1);
      std::uint64_t repaired = 0;
      if (dst) dst->push_back({decode(key, repaired), raw});
      space();
      if (take('}')) return;
      expect(',');
    }
  }

  void array(int depth, std::vector<std::string_view>* dst) {
    expect('[');
    space();
    if (take(']')) return;
    for (;;) {
      space();
      const std::string_view raw = value(depth + 1);
      if (dst) dst->push_back(raw);
      space();
      if (take(']')) return;
      expect(',');
    }
  }

 private:
  void word(std::string_view expected) {
    for (const char c : expected) expect(c);
  }
  void digits() {
    if (!is_digit(peek())) fail();
    while (is_digit(peek())) ++at_;
  }
  void number() {
    take('-');
    if (!take('0')) digits();
    if (take('.')) digits();
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      digits();
    }
  }
  void string() {
    expect('"');
    for (;;) {
      if (at_ >= text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) fail();
      const char c = text_[at_++];
      if (c == '"') return;
      if (c != '\\') continue;
      const char escaped = peek();
      if (escaped == 'u') {
        ++at_;
        for (int k = 0; k < 4; ++k, ++at_)
          if (hex_value(peek()) < 0) fail();
      } else if (escaped != '\0' &&
                 std::string_view("\"\\/bfnrt").find(escaped) != std::string_view::npos) {
        ++at_;
      } else {
        fail();
      }
    }
  }

  std::string_view text_;
  std::size_t at_;
};

void append_point(std::uint32_t point, std::string& dst) {
  const auto put = [&](std::uint32_t bits) { dst.push_back(static_cast<char>(bits)); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

std::uint32_t four_digits(std::string_view text, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t k = 0; k < 4; ++k)
    value = value << 4 | static_cast<std::uint32_t>(hex_value(text[at + k]));
  return value;
}
}  // namespace

Type type_of(std::string_view raw) {
  switch (raw.empty() ? '\0' : raw.front()) {
    case '{':
      return Type::object;
    case '[':
      return Type::array;
    case '"':
      return Type::string;
    case 't':
    case 'f':
      return Type::boolean;
    case 'n':
      return Type::null;
    default:
      return Type::number;
  }
}

std::string_view check(std::string_view text) {
  Scanner scanner(text);
  scanner.space();
  const std::string_view value = scanner.value();
  scanner.space();
  if (!scanner.done()) scanner.fail();
  return value;
}

std::vector<Member> members(std::string_view object) {
  std::vector<Member> found;
  Scanner(object).object(0, &found);
  return found;
}

std::vector<std::string_view> items(std::string_view array) {
  std::vector<std::string_view> found;
  Scanner(array).array(0, &found);
  return found;
}

std::string decode(std::string_view string, std::uint64_t& repaired) {
  std::string text;
  text.reserve(string.size());
  for (std::size_t at = 1; at + 1 < string.size();) {
    const char c = string[at++];
    if (c != '\\') {
      text.push_back(c);
      continue;
    }
    const char escaped = string[at++];
    switch (escaped) {
      case 'b':
        text.push_back('\b');
        break;
      case 'f':
        text.push_back('\f');
        break;
      case 'n':
        text.push_back('\n');
        break;
      case 'r':
        text.push_back('\r');
        break;
      case 't':
        text.push_back('\t');
        break;
      case 'u': {
        std::uint32_t point = four_digits(string, at);
        at += 4;
        if (point >= 0xD800 && point < 0xDC00 && string.substr(at, 2) == "\\u") {
          const std::uint32_t low = four_digits(string, at + 2);
          if (low >= 0xDC00 && low < 0xE000) {
            point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
            at += 6;
          }
        }
        if (point >= 0xD800 && point < 0xE000) {
          point = 0xFFFD;
          ++repaired;
        }
        append_point(point, text);
        break;
      }
      default:
        text.push_back(escaped);
    }
  }
  return text;
}

void append_string(std::string_view text, std::string& dst) {
  dst.push_back('"');
  std::size_t from = 0;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const auto c = static_cast<unsigned char>(text[k]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    dst.append(text, from, k - from);
    from = k + 1;
    switch (c) {
      case '"':
        dst += "\\\"";
        break;
      case '\\':
        dst += "\\\\";
        break;
      case '\n':
        dst += "\\n";
        break;
      case '\r':
        dst += "\\r";
        break;
      case '\t':
        dst += "\\t";
        break;
      default:
        fmt::format_to(std::back_inserter(dst), "\\u{:04x}", c);
    }
  }
  dst.append(text, from);
  dst.push_back('"');
}

}  // namespace nlp::json_text
