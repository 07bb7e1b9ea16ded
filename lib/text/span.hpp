// A half-open range [start, end) of a text.
#pragma once
#include <cstdint>

namespace nlp::text {

struct Span {
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  std::uint32_t size() const { return end - start; }
  bool operator==(const Span&) const = default;
};

}  // namespace nlp::text
