#include "task/trim.hpp"

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::task {

text::Span trim(std::string_view text, text::Span span) {
  const auto is_space = [&](std::size_t at) { return text::is_whitespace(text::decode(text, at)); };
  while (span.start < span.end && is_space(span.start)) {
    std::size_t next = span.start;
    text::decode(text, next);
    span.start = static_cast<std::uint32_t>(next);
  }
  while (span.start < span.end) {
    std::uint32_t last = span.end - 1;
    while (last > span.start && !text::starts_code_point(text[last])) --last;
    if (!is_space(last)) break;
    span.end = last;
  }
  return span;
}

}  // namespace nlp::task
