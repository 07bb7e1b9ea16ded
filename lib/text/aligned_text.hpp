// A text that was changed, and where each byte of it came from.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/span.hpp"

namespace nlp::text {

// A code point and the bytes of the original it stands for.
struct Point {
  char32_t point;
  Span origin;
};

class AlignedText {
 public:
  // `piece` as it stands, which starts at byte `base` of the original.
  void assign(std::string_view piece, std::uint32_t base);

  std::string_view view() const { return text_; }
  std::size_t size() const { return text_.size(); }

  // The bytes of the original behind the bytes `range` (not empty) of this text.
  Span origin(Span range) const;

  // While no byte was added or removed the bytes may be changed in place.
  bool in_place() const { return in_place_; }
  char* bytes() { return text_.data(); }

  // All code points, for a change that moves bytes, and the text made of them again.
  void points(std::vector<Point>& dst) const;
  void assign(const std::vector<Point>& points);

 private:
  std::string text_;
  std::uint32_t base_ = 0;
  bool in_place_ = true;
  std::vector<Span> origin_;  // of each byte, once bytes have moved
};

}  // namespace nlp::text
