#include "tokenizer/precompiled.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "text/grapheme.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

// Puts `now` in the place of `before`.  Added characters come last; what is removed belongs to the
// last character so far, and where there is none, the ends of the text go: as in the reference.
void replace(std::vector<text::Change>& changes, std::string_view before, std::string_view now) {
  auto left = static_cast<int>(std::ranges::count_if(before, text::starts_code_point));
  for (std::size_t at = 0; at < now.size(); --left)
    changes.push_back({text::decode(now, at), left > 0 ? 0 : 1});
  if (left > 0 && !changes.empty()) changes.back().change -= left;
}

}  // namespace

Precompiled::Precompiled(Charsmap charsmap) : charsmap_(std::move(charsmap)) {
  for (std::size_t k = 0; k < changes_.size(); ++k) {
    const char byte = static_cast<char>(k);
    changes_[k] = charsmap_.find({&byte, 1}).has_value();
  }
}

void Precompiled::normalize(text::AlignedText& text) const {
  constexpr std::size_t kShort = 6;
  const std::string_view view = text.view();
  const auto plain = [&](char byte) {
    return static_cast<unsigned char>(byte) < 0x80 && !changes_[static_cast<std::size_t>(byte)];
  };
  if (std::ranges::all_of(view, plain)) return;
  std::vector<text::Change> changes;
  changes.reserve(view.size());
  bool changed = false;
  const auto put = [&](std::string_view part, bool whole) {
    const auto found = charsmap_.find(part);
    if (!found) {
      if (!whole) return false;
      std::size_t at = 0;
      changes.push_back({text::decode(part, at), 0});
      return true;
    }
    replace(changes, part, *found);
    return changed = true;
  };
  for (std::size_t from = 0; from < view.size();) {
    const std::size_t end = from + text::cluster_size(view, from);
    if (end - from < kShort && put(view.substr(from, end - from), false)) {
      from = end;
      continue;
    }
    while (from < end) {
      std::size_t next = from;
      text::decode(view, next);
      put(view.substr(from, next - from), true);
      from = next;
    }
  }
  if (changed) text.transform(changes);
}

}  // namespace nlp::tokenizer
