#include "tokenizer/normalizers.hpp"

#include "text/utf8.hpp"
#include "tokenizer/byte_level.hpp"

namespace nlp::tokenizer {
namespace {

using text::AlignedText;
using text::Rewriter;

// Leaves out the code points for which `drops` holds.
template <class Drops>
void drop(AlignedText& text, Drops drops) {
  const std::string_view view = text.view();
  std::size_t at = 0;
  while (at < view.size()) {  // until the first that goes
    std::size_t behind = at;
    if (drops(text::decode(view, behind))) break;
    at = behind;
  }
  if (at == view.size()) return;
  Rewriter rewriter(text);
  std::size_t kept = 0;  // where what stays started
  while (at < view.size()) {
    const std::size_t from = at;
    if (!drops(text::decode(view, at))) continue;
    rewriter.keep(kept, from);
    kept = at;
  }
  rewriter.keep(kept, view.size());
  rewriter.finish();
}

bool nmt_drops(char32_t point) {
  return (point >= 0x01 && point <= 0x08) || point == 0x0B || (point >= 0x0E && point <= 0x1F) ||
         point == 0x7F || point == 0x8F || point == 0x9F;
}

bool nmt_space(char32_t point) {
  switch (point) {
    case 0x09:
    case 0x0A:
    case 0x0C:
    case 0x0D:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x2581:
    case 0xFEFF:
    case 0xFFFD:
      return true;
    default:
      return point >= 0x200B && point <= 0x200F;
  }
}

}  // namespace

void NormalizerSequence::normalize(AlignedText& text) const {
  for (const auto& part : parts_) part->normalize(text);
}

void Strip::normalize(AlignedText& text) const {
  const std::string_view view = text.view();
  std::size_t from = 0, to = view.size();
  while (left_ && from < to) {
    std::size_t behind = from;
    if (!text::is_whitespace(text::decode(view, behind))) break;
    from = behind;
  }
  while (right_ && to > from) {
    std::size_t before = to - 1;
    while (!text::starts_code_point(view[before])) --before;
    std::size_t at = before;
    if (!text::is_whitespace(text::decode(view, at))) break;
    to = before;
  }
  if (from == 0 && to == view.size()) return;
  Rewriter rewriter(text);
  rewriter.keep(from, to);
  rewriter.finish();
}

void StripAccents::normalize(AlignedText& text) const {
  if (!text::is_ascii(text.view())) drop(text, text::is_mark);
}

void UnicodeForm::normalize(AlignedText& text) const {
  if (text::is_ascii(text.view())) return;
  std::vector<text::Change> changes;
  text::normal_form(text.view(), form_, changes);
  text.transform(changes);
}

void Lowercase::normalize(AlignedText& text) const {
  if (text::is_ascii(text.view())) {
    char* bytes = text.bytes();
    for (std::size_t k = 0; k < text.size(); ++k)
      if (bytes[k] >= 'A' && bytes[k] <= 'Z') bytes[k] = static_cast<char>(bytes[k] + 32);
    return;
  }
  const std::string_view view = text.view();
  Rewriter rewriter(text);
  for (std::size_t at = 0; at < view.size();) {
    const std::size_t from = at;
    const text::Lower lower = text::lowercase(text::decode(view, at));
    rewriter.put(lower.first, from);
    if (lower.second != 0) rewriter.put(lower.second, from);
  }
  rewriter.finish();
}

void Nmt::normalize(AlignedText& text) const {
  drop(text, nmt_drops);
  const std::string_view view = text.view();
  Rewriter rewriter(text);
  std::size_t kept = 0;
  for (std::size_t at = 0; at < view.size();) {
    const std::size_t from = at;
    if (!nmt_space(text::decode(view, at))) continue;
    rewriter.keep(kept, from);
    rewriter.put(" ", from);
    kept = at;
  }
  if (kept == 0) return;
  rewriter.keep(kept, view.size());
  rewriter.finish();
}

void Prepend::normalize(AlignedText& text) const {
  if (text.size() == 0 || text_.empty()) return;
  Rewriter rewriter(text);
  rewriter.put(text_, 0);
  rewriter.keep(0, text.size());
  rewriter.finish();
}

void replace(AlignedText& aligned, const Pattern& pattern, std::string_view text) {
  std::vector<Match> parts;
  pattern.find(aligned.view(), parts);
  bool any = false;
  for (const Match& part : parts) any = any || part.found;
  if (!any) return;
  Rewriter rewriter(aligned);
  for (const Match& part : parts) {
    if (part.found)
      rewriter.put(text, part.span.end == 0 ? Rewriter::kNothing : part.span.end - 1);
    else
      rewriter.keep(part.span.start, part.span.end);
  }
  rewriter.finish();
}

void Replace::normalize(AlignedText& text) const { replace(text, *pattern_, text_); }

void ByteLevelNormalizer::normalize(AlignedText& text) const {
  Rewriter rewriter(text);
  put_byte_level(text.view(), {0, static_cast<std::uint32_t>(text.size())}, rewriter);
  rewriter.finish();
}

}  // namespace nlp::tokenizer
