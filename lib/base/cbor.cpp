#include "base/cbor.hpp"

#include <bit>
#include <utility>

#include "base/cbor_reader.hpp"

namespace nlp::cbor {

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
