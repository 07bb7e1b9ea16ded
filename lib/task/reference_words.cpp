#include <algorithm>

#include "task/entities.hpp"

namespace nlp::task {
namespace {

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  }));
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

}  // namespace nlp::task
