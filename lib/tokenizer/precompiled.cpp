#include "tokenizer/precompiled.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "text/grapheme.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

// Puts `now` in the place of `before`.  Added characters come last; what is removed belongs to the
// last character so far.  Returns how many characters are removed where there is none yet.
std::size_t replace(std::vector<text::Change>& changes, std::string_view before,
                    std::string_view now) {
  auto left = static_cast<int>(std::ranges::count_if(before, text::starts_code_point));
  for (std::size_t at = 0; at < now.size(); --left)
    changes.push_back({text::decode(now, at), left > 0 ? 0 : 1});
  if (left <= 0) return 0;
  if (changes.empty()) return static_cast<std::size_t>(left);
  changes.back().change -= left;
  return 0;
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
    replace(changes, part, *found);  // what goes at the start counts for nothing in the reference
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

void LongestMapped::normalize(text::AlignedText& text) const {
  const std::string_view view = text.view();
  std::vector<text::Change> changes;
  changes.reserve(view.size());
  std::size_t removed = 0;
  bool changed = false;
  for (std::size_t at = 0; at < view.size();) {
    if (const auto found = charsmap_.find_longest(view.substr(at))) {
      removed += replace(changes, view.substr(at, found->size), found->text);
      at += found->size;
      changed = true;
    } else {
      changes.push_back({text::decode(view, at), 0});
    }
  }
  if (changed) text.transform(changes, removed);
}

}  // namespace nlp::tokenizer
