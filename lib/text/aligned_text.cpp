#include "text/aligned_text.hpp"

#include "text/utf8.hpp"

namespace nlp::text {

void AlignedText::assign(std::string_view piece, std::uint32_t base) {
  text_.assign(piece);
  base_ = base;
  in_place_ = true;
  origin_.clear();
}

Span AlignedText::origin(Span range) const {
  if (in_place_) return {base_ + range.start, base_ + range.end};
  return {origin_[range.start].start, origin_[range.end - 1].end};
}

void AlignedText::points(std::vector<Point>& dst) const {
  dst.clear();
  for (std::size_t at = 0; at < text_.size();) {
    const auto from = static_cast<std::uint32_t>(at);
    const char32_t point = decode(text_, at);
    dst.push_back({point, origin({from, static_cast<std::uint32_t>(at)})});
  }
}

void AlignedText::assign(const std::vector<Point>& points) {
  text_.clear();
  origin_.clear();
  in_place_ = false;
  for (const Point& point : points) {
    append(text_, point.point);
    origin_.resize(text_.size(), point.origin);
  }
}

}  // namespace nlp::text
