#include "tokenizer/normalizer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

using text::Point;
using Points = std::vector<Point>;

bool is_ascii_control(char byte) {
  return (static_cast<unsigned char>(byte) < 0x20 && byte != '\t' && byte != '\n' &&
          byte != '\r') ||
         byte == 0x7F;
}

void clean(Points& points) {
  std::erase_if(points, [](const Point& point) { return text::is_control(point.point); });
  for (Point& point : points)
    if (text::is_whitespace(point.point)) point.point = U' ';
}

void space_chinese(Points& points) {
  if (std::none_of(points.begin(), points.end(),
                   [](const Point& point) { return text::is_cjk(point.point); }))
    return;
  Points spaced;
  for (const Point& point : points) {
    if (!text::is_cjk(point.point)) {
      spaced.push_back(point);
      continue;
    }
    spaced.push_back({U' ', point.origin});
    spaced.push_back(point);
    spaced.push_back({U' ', point.origin});
  }
  points = std::move(spaced);
}

// Decomposes, then drops the marks.  Where canonical order moves marks, the reference deals out the
// origins in the order of the original; so do we.
void strip_accents(Points& points) {
  std::string original;
  for (const Point& point : points) text::append(original, point.point);
  std::vector<text::Change> changed;
  text::normal_form(original, text::NormalForm::nfd, changed);
  Points stripped;
  std::size_t next = 0;
  for (const text::Change& part : changed) {
    if (part.change == 0) ++next;
    if (!text::is_nonspacing(part.point))
      stripped.push_back({part.point, next > 0 ? points[next - 1].origin : text::Span{}});
  }
  points = std::move(stripped);
}

void lowercase(Points& points) {
  for (std::size_t k = 0; k < points.size(); ++k) {
    const text::Lower lower = text::lowercase(points[k].point);
    points[k].point = lower.first;
    if (lower.second == 0) continue;
    const Point second{lower.second, points[k].origin};
    points.insert(points.begin() + static_cast<std::ptrdiff_t>(++k), second);
  }
}

}  // namespace

// Plain English needs no code points: only bytes change, and none moves.
bool BertNormalizer::normalize_ascii(text::AlignedText& text) const {
  if (!text.in_place() || !text::is_ascii(text.view())) return false;
  if (options_.clean_text && std::ranges::any_of(text.view(), is_ascii_control)) return false;
  char* bytes = text.bytes();
  for (std::size_t k = 0; k < text.size(); ++k) {
    const char byte = bytes[k];
    if (options_.lowercase && byte >= 'A' && byte <= 'Z') bytes[k] = static_cast<char>(byte + 32);
    if (options_.clean_text && (byte == '\t' || byte == '\n' || byte == '\r')) bytes[k] = ' ';
  }
  return true;
}

void BertNormalizer::normalize(text::AlignedText& text) const {
  if (normalize_ascii(text)) return;
  Points points;
  text.points(points);
  if (options_.clean_text) clean(points);
  if (options_.handle_chinese_chars) space_chinese(points);
  if (options_.strip_accents.value_or(options_.lowercase)) strip_accents(points);
  if (options_.lowercase) lowercase(points);
  text.assign(points);
}

}  // namespace nlp::tokenizer
