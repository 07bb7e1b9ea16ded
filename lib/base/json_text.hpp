// JSON that stays text: checked and taken apart without making numbers of its digits, so that what
// is passed on comes out as it went in (2^53+1, 1.10, 1e400). Source: RFC 8259.  Nesting is limited
// to 1000 levels.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::json_text {

struct Member {
  std::string key;       // decoded
  std::string_view raw;  // the value, as a part of the text given in
};

enum class Type { object, array, string, number, boolean, null };

// The type of a value that is valid JSON without space around.
Type type_of(std::string_view raw);

// Checks a whole text.  Throws Error{data} `not JSON (broken at byte N)`, N counted from 1.
// Returns the value without the space around it.
std::string_view check(std::string_view text);

// The members of an object, the items of an array; the text is valid JSON of that type.
std::vector<Member> members(std::string_view object);
std::vector<std::string_view> items(std::string_view array);

// The characters of a string (valid JSON).  A lone surrogate becomes U+FFFD and is counted.
std::string decode(std::string_view string, std::uint64_t& repaired);

// Appends the JSON string of valid UTF-8, quotes included: only what must be escaped is.
void append_string(std::string_view text, std::string& dst);

}  // namespace nlp::json_text
