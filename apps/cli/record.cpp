#include "cli/record.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <limits>

#include "base/base64.hpp"
#include "base/cbor.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"
#include "text/utf8.hpp"

namespace nlp::cli {
namespace {
using json_text::Type;

[[noreturn]] void fail(std::string_view key, std::string_view expected, std::string_view got) {
  constexpr std::size_t kShown = 40;
  const bool cut = got.size() > kShown;
  std::string shown(got.substr(0, kShown));
  text::repair(shown);
  throw Error(Kind::data, fmt::format("field `{}` (expected {}, got {}{})", key, expected, shown,
                                      cut ? "…" : ""));
}

const Field& require(const Record& record, std::string_view key) {
  const Field* field = record.find(key);
  if (field == nullptr) throw Error(Kind::data, fmt::format("no field `{}`", key));
  return *field;
}

std::string json_of(const Field& field) {
  if (field.wire == Wire::json) return field.raw;
  std::string json;
  cbor::append_json(field.raw, json);
  text::repair(json);
  return json;
}

template <class Integer>
Integer parse_integer(std::string_view key, std::string_view raw) {
  Integer value{};
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (error != std::errc() || end != raw.data() + raw.size())
    fail(key, std::is_signed_v<Integer> ? "whole numbers" : "whole numbers from 0", raw);
  return value;
}

template <class Integer>
std::vector<Integer> parse_integers(std::string_view key, std::string_view raw) {
  if (json_text::type_of(raw) != Type::array) fail(key, "a list of whole numbers", raw);
  std::vector<Integer> values;
  for (const auto item : json_text::items(raw)) values.push_back(parse_integer<Integer>(key, item));
  return values;
}

std::string parse_string(std::string_view key, std::string_view raw) {
  if (json_text::type_of(raw) != Type::string) fail(key, "a text", raw);
  std::uint64_t repaired = 0;
  return json_text::decode(raw, repaired);
}

// The members of an array of numbers as they were written.
struct Parts {
  std::string dtype, shape, data;
};

Parts parts_of(const Field& field) {
  Parts parts;
  const auto take = [&](const std::string& name, auto read_text, auto read_data) {
    if (name == "dtype") parts.dtype = read_text();
    if (name == "shape") parts.shape = read_text();
    if (name == "data") parts.data = read_data();
  };
  if (field.wire == Wire::cbor) {
    for (const auto& member : cbor::members(field.raw)) {
      const auto json = [&] {
        std::string text;
        cbor::append_json(member.raw, text);
        return text;
      };
      take(member.key, json, [&] {
        if (cbor::is_bytes(member.raw)) return cbor::bytes_of(member.raw);
        const auto bytes = decode_base64(cbor::text_of(member.raw));
        return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      });
    }
  } else {
    if (json_text::type_of(field.raw) != Type::object)
      fail(field.key, "an object with dtype, shape and data", field.raw);
    for (const auto& member : json_text::members(field.raw)) {
      take(
          member.key, [&] { return std::string(member.raw); },
          [&] {
            const auto bytes = decode_base64(parse_string(field.key, member.raw));
            return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
          });
    }
  }
  return parts;
}
}  // namespace

std::string Record::where() const { return fmt::format("{}:{}", file, line); }

const Field* Record::find(std::string_view key) const {
  for (const Field& field : fields)
    if (field.key == key) return &field;
  return nullptr;
}

std::vector<std::int32_t> Record::integers(std::string_view key) const {
  return parse_integers<std::int32_t>(key, json_of(require(*this, key)));
}

std::vector<text::Span> Record::spans(std::string_view key) const {
  const std::string json = json_of(require(*this, key));
  if (json_text::type_of(json) != Type::array) fail(key, "a list of pairs", json);
  std::vector<text::Span> found;
  for (const auto item : json_text::items(json)) {
    const auto pair = parse_integers<std::uint32_t>(key, item);
    if (pair.size() != 2 || pair[0] > pair[1]) fail(key, "pairs [start,end]", item);
    found.push_back({pair[0], pair[1]});
  }
  return found;
}

std::vector<std::string> Record::strings(std::string_view key) const {
  const std::string json = json_of(require(*this, key));
  if (json_text::type_of(json) != Type::array) fail(key, "a list of texts", json);
  std::vector<std::string> found;
  for (const auto item : json_text::items(json)) found.push_back(parse_string(key, item));
  return found;
}

std::optional<Field> Record::find(std::string_view key, std::string_view inner) const {
  const Field* field = find(key);
  if (field == nullptr) return std::nullopt;
  const auto among = [&](const auto& members) -> std::optional<Field> {
    for (const auto& member : members)
      if (member.key == inner) return Field{field->key, field->wire, std::string(member.raw)};
    return std::nullopt;
  };
  if (field->wire == Wire::cbor) return among(cbor::members(field->raw));
  if (json_text::type_of(field->raw) != Type::object) return std::nullopt;
  return among(json_text::members(field->raw));
}

FloatArray floats_of(const Field& field) {
  const std::string& key = field.key;
  const Parts parts = parts_of(field);
  if (parts.dtype != "\"float32\"")
    fail(key, "dtype \"float32\"", parts.dtype.empty() ? "none" : parts.dtype);
  FloatArray array;
  array.shape = parse_integers<std::int64_t>(key, parts.shape.empty() ? "none" : parts.shape);
  std::uint64_t bytes = sizeof(float);
  for (const auto extent : array.shape) {
    const auto size = static_cast<std::uint64_t>(extent);
    if (extent < 0 || (size > 0 && bytes > std::numeric_limits<std::uint64_t>::max() / size))
      fail(key, "a shape", parts.shape);
    bytes *= size;
  }
  if (bytes != parts.data.size())
    fail(key, fmt::format("{} bytes of data for shape {}", bytes, parts.shape),
         fmt::format("{}", parts.data.size()));
  array.values.resize(parts.data.size() / sizeof(float));
  if (!parts.data.empty()) std::memcpy(array.values.data(), parts.data.data(), parts.data.size());
  return array;
}

}  // namespace nlp::cli
