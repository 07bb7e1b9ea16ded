#include "tokenizer/space_trimmer.hpp"

#include <cstdint>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

constexpr char32_t kByteLevelSpace = 0x120;

bool is_space(char32_t point) { return point == kByteLevelSpace || text::is_whitespace(point); }

std::size_t leading_spaces(std::string_view token) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < token.size() && is_space(text::decode(token, at));) ++count;
  return count;
}

std::size_t trailing_spaces(std::string_view token) {
  std::size_t count = 0;
  for (std::size_t at = token.size(); at > 0; ++count) {
    at = text::previous_start(token, at);
    std::size_t behind = at;
    if (!is_space(text::decode(token, behind))) break;
  }
  return count;
}

}  // namespace

text::Span SpaceTrimmer::trim(std::string_view text, std::string_view token, bool first,
                              text::Span offsets) const {
  std::size_t leading = leading_spaces(token);
  const std::size_t trailing = trailing_spaces(token);
  if (leading == 1 && add_prefix_space && (first || offsets.start == 0)) leading = 0;
  for (; leading > 0 && offsets.start < offsets.end; --leading) {
    do ++offsets.start;
    while (offsets.start < offsets.end && !text::starts_code_point(text[offsets.start]));
  }
  if (trailing == 0) return offsets;
  // More spaces than characters up to here: the reference leaves such offsets alone.
  std::size_t end = offsets.end, left = trailing;
  for (; left > 0 && end > 0; --left) end = text::previous_start(text, end);
  if (left > 0) return offsets;
  offsets.end = end > offsets.start ? static_cast<std::uint32_t>(end) : offsets.start;
  return offsets;
}

}  // namespace nlp::tokenizer
