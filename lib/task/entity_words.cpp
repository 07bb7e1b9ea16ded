#include <algorithm>

#include "task/entities.hpp"
#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::task {
namespace {

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, text::starts_code_point));
}

bool is_punctuation(std::string_view part) {
  for (std::size_t at = 0; at < part.size();) {
    if (!text::is_punctuation(text::decode(part, at))) return false;
  }
  return !part.empty();
}

}  // namespace

std::vector<std::uint8_t> reference_subwords(std::string_view text,
                                             std::span<const text::Span> offsets,
                                             std::span<const std::string> surfaces,
                                             std::span<const std::uint8_t> unknown, bool prefixed) {
  std::vector<std::uint8_t> result(offsets.size(), 0);
  for (std::size_t t = 0; t < offsets.size(); ++t) {
    const text::Span span = offsets[t];
    if (unknown[t]) continue;
    if (prefixed) {
      result[t] = code_points(surfaces[t]) != code_points(text.substr(span.start, span.size()));
    } else {
      const bool spaced = span.start > 0 && (text[span.start - 1] == ' ' ||
                                             (span.start < text.size() && text[span.start] == ' '));
      result[t] = span.start > 0 && !spaced;
    }
  }
  return result;
}

std::vector<std::int32_t> split_punctuation(std::string_view text,
                                            std::span<const text::Span> offsets,
                                            std::span<const std::int32_t> words) {
  std::vector<std::int32_t> result;
  bool before = false;
  for (std::size_t t = 0; t < offsets.size(); ++t) {
    const bool alone = is_punctuation(text.substr(offsets[t].start, offsets[t].size()));
    // Several tokens may share one character (bytes of `…`).
    const bool same =
        t > 0 && words[t] == words[t - 1] && (offsets[t] == offsets[t - 1] || (!alone && !before));
    result.push_back(t == 0 ? 0 : result.back() + !same);
    before = alone;
  }
  return result;
}

std::vector<std::int32_t> columns_of(std::span<const text::Span> offsets,
                                     std::span<const text::Span> columns) {
  std::vector<std::int32_t> result;
  for (const text::Span token : offsets) {
    const auto behind =
        std::upper_bound(columns.begin(), columns.end(), token.start,
                         [](std::uint32_t at, text::Span column) { return at < column.start; });
    result.push_back(static_cast<std::int32_t>(behind - columns.begin()) - 1);
  }
  return result;
}

}  // namespace nlp::task
