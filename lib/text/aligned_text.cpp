#include "text/aligned_text.hpp"

#include <utility>

#include "text/utf8.hpp"

namespace nlp::text {

void AlignedText::assign(std::string_view piece, std::uint32_t base, bool track) {
  text_.assign(piece);
  base_ = base;
  in_place_ = true;
  track_ = track;
  origin_.clear();
}

void AlignedText::assign(const AlignedText& whole, Span part) {
  text_.assign(whole.text_, part.start, part.size());
  base_ = whole.base_ + (whole.in_place_ ? part.start : 0);
  in_place_ = whole.in_place_;
  track_ = whole.track_;
  origin_.clear();
  if (!in_place_ && track_)
    origin_.assign(whole.origin_.begin() + part.start, whole.origin_.begin() + part.end);
}

Span AlignedText::origin(Span range) const {
  if (!in_place_) return {origin_[range.start].start, origin_[range.end - 1].end};
  while (!starts_code_point(text_[range.start])) --range.start;
  while (range.end < text_.size() && !starts_code_point(text_[range.end])) ++range.end;
  return {base_ + range.start, base_ + range.end};
}

void AlignedText::points(std::vector<Point>& dst) const {
  dst.clear();
  for (std::size_t at = 0; at < text_.size();) {
    const auto from = static_cast<std::uint32_t>(at);
    const char32_t point = decode(text_, at);
    const Span range{from, static_cast<std::uint32_t>(at)};
    dst.push_back({point, track_ ? origin(range) : range});
  }
}

void AlignedText::assign(const std::vector<Point>& points) {
  text_.clear();
  origin_.clear();
  in_place_ = false;
  for (const Point& point : points) {
    append(text_, point.point);
    if (track_) origin_.resize(text_.size(), point.origin);
  }
}

void AlignedText::transform(const std::vector<Change>& changes, std::size_t removed) {
  Rewriter rewriter(*this);
  std::size_t at = 0;  // byte of the text before
  const auto skip = [&](std::size_t points) {
    for (; points > 0 && at < text_.size(); --points) {
      do ++at;
      while (at < text_.size() && !starts_code_point(text_[at]));
    }
  };
  skip(removed);
  for (const auto& [point, change] : changes) {
    if (change > 0) {
      rewriter.put(point, at == 0 ? Rewriter::kNothing : at - 1);
    } else {
      rewriter.put(point, at < text_.size() ? at : text_.size() - 1);
      skip(1 + static_cast<std::size_t>(-change));
    }
  }
  rewriter.finish();
}

Rewriter::Rewriter(AlignedText& text) : text_(text) {
  text_.spare_text_.clear();
  text_.spare_origin_.clear();
}

Span Rewriter::origin_of(std::size_t like) const {
  if (like == kNothing) return {text_.base_, text_.base_};
  const auto byte = static_cast<std::uint32_t>(like);
  return text_.origin({byte, byte + 1});
}

void Rewriter::keep(std::size_t from, std::size_t to) {
  text_.spare_text_.append(text_.text_, from, to - from);
  if (!text_.track_) return;
  if (!text_.in_place_) {
    text_.spare_origin_.insert(text_.spare_origin_.end(),
                               text_.origin_.begin() + static_cast<std::ptrdiff_t>(from),
                               text_.origin_.begin() + static_cast<std::ptrdiff_t>(to));
    return;
  }
  auto& origin = text_.spare_origin_;
  std::size_t at = origin.size();
  origin.resize(at + (to - from));
  while (from < to) {
    if (static_cast<unsigned char>(text_.text_[from]) < 0x80) {
      const auto byte = text_.base_ + static_cast<std::uint32_t>(from++);
      origin[at++] = {byte, byte + 1};
      continue;
    }
    const Span point = origin_of(from);
    for (; from < to && text_.base_ + from < point.end; ++from) origin[at++] = point;
  }
}

void Rewriter::put(std::string_view bytes, std::size_t like) {
  text_.spare_text_.append(bytes);
  if (text_.track_) text_.spare_origin_.resize(text_.spare_text_.size(), origin_of(like));
}

void Rewriter::put(char32_t point, std::size_t like) {
  append(text_.spare_text_, point);
  if (text_.track_) text_.spare_origin_.resize(text_.spare_text_.size(), origin_of(like));
}

void Rewriter::finish() {
  std::swap(text_.text_, text_.spare_text_);
  std::swap(text_.origin_, text_.spare_origin_);
  text_.in_place_ = false;
}

}  // namespace nlp::text
