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

// A code point of a changed text.  `change` 0: it stands in the place of the next one of the text
// before; -n: of the next one and the n behind it; 1: it is added, and shares the origin of what
// stands before it.  Source: NormalizedString::transform of Hugging Face tokenizers.
struct Change {
  char32_t point;
  int change;
};

class AlignedText {
 public:
  // `piece` as it stands, which starts at byte `base` of the original.  Without `track` the text
  // does not remember where its bytes came from: origin() must not be asked then.
  void assign(std::string_view piece, std::uint32_t base, bool track = true);
  // The bytes `part` of another text, origins included.
  void assign(const AlignedText& whole, Span part);

  std::string_view view() const { return text_; }
  std::size_t size() const { return text_.size(); }

  // The bytes of the original behind the bytes `range` (not empty) of this text: whole code points.
  Span origin(Span range) const;

  // While no byte was added or removed the bytes may be changed in place.
  bool in_place() const { return in_place_; }
  char* bytes() { return text_.data(); }

  // All code points, for a change that moves bytes, and the text made of them again.
  void points(std::vector<Point>& dst) const;
  void assign(const std::vector<Point>& points);

  // The text made of `changes`, the first `removed` code points dropped.
  void transform(const std::vector<Change>& changes, std::size_t removed = 0);

 private:
  friend class Rewriter;

  std::string text_;
  std::uint32_t base_ = 0;
  bool in_place_ = true;
  bool track_ = true;
  std::vector<Span> origin_;  // of each byte, once bytes have moved
  std::string spare_text_;    // what a Rewriter writes into
  std::vector<Span> spare_origin_;
};

// Makes the next version of a text from left to right, in linear time.
class Rewriter {
 public:
  static constexpr std::uint32_t kNothing = 0xFFFFFFFF;

  explicit Rewriter(AlignedText& text);

  // The bytes [from, to) of the text before, as they stand.
  void keep(std::size_t from, std::size_t to);
  // Other bytes, with the origin of byte `like` of the text before (kNothing: the empty one).
  void put(std::string_view bytes, std::size_t like);
  void put(char32_t point, std::size_t like);
  // Bytes written so far.
  std::size_t size() const { return text_.spare_text_.size(); }
  // The text becomes what was written.
  void finish();

 private:
  Span origin_of(std::size_t like) const;

  AlignedText& text_;
};

}  // namespace nlp::text
