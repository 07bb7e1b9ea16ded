// What splits or replaces look for: patterns, and what becomes of their matches.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/span.hpp"

namespace nlp::tokenizer {

// A part of a text: a match, or what lies between two.
struct Match {
  text::Span span;
  bool found;
};

class Pattern {
 public:
  virtual ~Pattern() = default;
  // Adds the parts of `text`, in order, to dst.  They cover it; a match may be empty.  Safe from
  // several threads.
  virtual void find(std::string_view text, std::vector<Match>& dst) const = 0;
};

using PatternPtr = std::unique_ptr<const Pattern>;

// The string itself.
PatternPtr string_pattern(std::string_view text);
// A regular expression.  Throws Error{model} where it is none.  The patterns of well-known
// tokenizers are matched without Oniguruma; the matches are the same.
PatternPtr regex_pattern(std::string_view text);
// Each code point of a class.
PatternPtr point_pattern(bool (*holds)(char32_t point));
// One code point.
PatternPtr point_pattern(char32_t point);
// `\w+|[^\w\s]+` as the reference's Whitespace has it.
PatternPtr word_pattern();
// The pattern of GPT-2, which ByteLevel splits by.
inline constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// What becomes of a match when a text is split at it.
// Source: SplitDelimiterBehavior of Hugging Face tokenizers.
enum class Behavior : std::uint8_t {
  removed,
  isolated,
  merged_with_previous,
  merged_with_next,
  contiguous,
};

// Adds the words that `parts` make by `behavior` to dst: `base` is where the text of the parts
// starts.  `invert`: what matched is what did not.  Empty words are left out.
void split(const std::vector<Match>& parts, Behavior behavior, bool invert, std::uint32_t base,
           std::vector<text::Span>& dst);

}  // namespace nlp::tokenizer
