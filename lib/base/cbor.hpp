// CBOR, as far as records need it: items of a sequence, and the way to JSON text and back.
// Source: RFC 8949; RFC 8742 for sequences.  Nesting is limited to 1000 levels.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::cbor {

// Bytes of the first item of `bytes`; absent while the item is not whole yet.
// Throws Error{data} `not CBOR (broken at byte N)`.
std::optional<std::size_t> item_size(std::string_view bytes);

// Whether a byte starts a map, or the tag that marks CBOR itself.  No UTF-8 text starts so.
bool starts_map(unsigned char byte);

// The members of a map; keys that are no text are told as JSON text.  Tags before it are passed
// over. Throws Error{data} where the item is no map.
struct Member {
  std::string key;
  std::string_view raw;
};
std::vector<Member> members(std::string_view item);

// The bytes of a byte string, of definite length or in chunks.  Throws Error{data} for another
// item.
std::string bytes_of(std::string_view item);
bool is_bytes(std::string_view item);
// The characters of a text string, not checked for UTF-8.  Throws Error{data} for another item.
std::string text_of(std::string_view item);
bool is_text(std::string_view item);

// Appends the JSON text of an item: byte strings as base64, bignums and decimal fractions digit by
// digit, NaN and infinities as null, undefined as null, other tags as what they tag.
// Text that is not UTF-8 is repaired by the caller, before or after.
void append_json(std::string_view item, std::string& dst);

// Appends the item for valid JSON text.  Integers stay exact at any size (bignums); other numbers
// are float64, or decimal fractions where float64 has no room (1e400);
// infinite where the exponent is beyond int64.
void append_from_json(std::string_view json, std::string& dst);

// Parts of items.
void append_head(std::string& dst, std::uint8_t major, std::uint64_t value);
void append_integer(std::string& dst, std::int64_t value);
void append_text(std::string& dst, std::string_view text);
void append_bytes(std::string& dst, std::string_view bytes);
void append_float(std::string& dst, float value);

}  // namespace nlp::cbor
