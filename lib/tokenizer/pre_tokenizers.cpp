#include "tokenizer/pre_tokenizers.hpp"

#include <algorithm>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

// Spaces of the words become `replacement`; what lies between the words goes.
void replace_spaces(Words& words, std::string_view replacement) {
  const std::string_view before = words.text.view();
  text::Rewriter rewriter(words.text);
  for (text::Span& word : words.spans) {
    const auto start = static_cast<std::uint32_t>(rewriter.size());
    std::size_t kept = word.start;
    const std::string_view text = before.substr(0, word.end);
    for (std::size_t at; (at = text.find(' ', kept)) != text.npos; kept = at + 1) {
      rewriter.keep(kept, at);
      rewriter.put(replacement, at);
    }
    rewriter.keep(kept, word.end);
    word = {start, static_cast<std::uint32_t>(rewriter.size())};
  }
  rewriter.finish();
}

// A word for each occurrence of `mark` and what follows it.
void split_before(std::string_view text, std::string_view mark, text::Span word,
                  std::vector<text::Span>& dst) {
  std::uint32_t start = word.start;
  for (std::size_t at = word.start; (at = text.find(mark, at)) < word.end; at += mark.size()) {
    if (at > start) dst.push_back({start, static_cast<std::uint32_t>(at)});
    start = static_cast<std::uint32_t>(at);
  }
  dst.push_back({start, word.end});
}

}  // namespace

void PreTokenizerSequence::split(Words& words) const {
  for (const auto& part : parts_) part->split(words);
}

bool PreTokenizerSequence::needs_origin() const {
  return std::ranges::any_of(parts_, [](const auto& part) { return part->needs_origin(); });
}

void PatternSplit::split(Words& words) const {
  std::vector<Match> parts;
  words.each([&](text::Span word, std::vector<text::Span>& dst) {
    parts.clear();
    pattern_->find(words.view(word), parts);
    tokenizer::split(parts, behavior_, invert_, word.start, dst);
  });
}

void Metaspace::split(Words& words) const {
  using Prepend = MetaspaceOptions::Prepend;
  replace_spaces(words, options_.replacement);
  const std::string_view mark = options_.replacement;
  if (options_.prepend != Prepend::never)
    words.prepend(mark, [&](std::string_view word, std::uint32_t start) {
      return !word.starts_with(mark) && (options_.prepend == Prepend::always ||
                                         words.text.origin({start, start + 1}).start == 0);
    });
  if (options_.splits)
    words.each([&](text::Span word, std::vector<text::Span>& dst) {
      split_before(words.text.view().substr(0, word.end), mark, word, dst);
    });
}

// Code points of script 0 go with the word they stand in; before the first of another script the
// reference loses them.
void UnicodeScripts::split(Words& words) const {
  words.each([&](text::Span word, std::vector<text::Span>& dst) {
    const std::string_view text = words.text.view();
    int script = 0;
    std::size_t start = word.start;
    for (std::size_t at = word.start; at < word.end;) {
      const std::size_t from = at;
      const int other = text::script_of(text::decode(text, at));
      if (other == 0 || other == script) continue;
      if (script != 0)
        dst.push_back({static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(from)});
      start = from;
      script = other;
    }
    if (script != 0) dst.push_back({static_cast<std::uint32_t>(start), word.end});
  });
}

void FixedLength::split(Words& words) const {
  words.each([&](text::Span word, std::vector<text::Span>& dst) {
    const std::string_view text = words.text.view();
    for (std::uint32_t at = word.start; at < word.end;) {
      const std::uint32_t start = at;
      for (std::size_t k = 0; k < length_ && at < word.end; ++k) {
        do ++at;
        while (at < word.end && !text::starts_code_point(text[at]));
      }
      dst.push_back({start, at});
    }
  });
}

}  // namespace nlp::tokenizer
