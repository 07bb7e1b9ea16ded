#include "tokenizer/pattern.hpp"

#include <functional>

#include "text/regex.hpp"
#include "text/unicode.hpp"
#include "text/utf8.hpp"
#include "tokenizer/gpt2_pattern.hpp"

namespace nlp::tokenizer {
namespace {

text::Span span(std::size_t from, std::size_t to) {
  return {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
}

class StringPattern final : public Pattern {
 public:
  explicit StringPattern(std::string_view text) : text_(text) {}
  void find(std::string_view text, std::vector<Match>& dst) const override {
    std::size_t done = 0;
    for (std::size_t at; (at = text.find(text_, done)) != text.npos; done = at + text_.size()) {
      if (at > done) dst.push_back({span(done, at), false});
      dst.push_back({span(at, at + text_.size()), true});
    }
    if (done < text.size()) dst.push_back({span(done, text.size()), false});
  }

 private:
  std::string text_;
};

class RegexPattern final : public Pattern {
 public:
  explicit RegexPattern(std::string_view pattern) : regex_(pattern) {}

  // An empty match right behind the match before counts for nothing; the search goes on one code
  // point later.  Source: find_iter() of the reference's binding of Oniguruma.
  void find(std::string_view text, std::vector<Match>& dst) const override {
    if (text.empty()) return;  // not even an empty match
    text::Regex::Region region;
    std::size_t done = 0, at = 0;
    std::size_t last = text.npos;  // the end of the match before
    while (at <= text.size()) {
      const auto match = regex_.search(text, at, region);
      if (!match) break;
      if (match->size() == 0 && match->end == last) {
        do ++at;
        while (at < text.size() && !text::starts_code_point(text[at]));
        continue;
      }
      if (match->start > done) dst.push_back({span(done, match->start), false});
      dst.push_back({*match, true});
      done = at = last = match->end;
    }
    if (done < text.size()) dst.push_back({span(done, text.size()), false});
  }

 private:
  text::Regex regex_;
};

template <class Holds>
class PointPattern final : public Pattern {
 public:
  explicit PointPattern(Holds holds) : holds_(holds) {}
  void find(std::string_view text, std::vector<Match>& dst) const override {
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t from = at;
      if (!holds_(text::decode(text, at))) continue;
      if (from > done) dst.push_back({span(done, from), false});
      dst.push_back({span(from, at), true});
      done = at;
    }
    if (done < text.size()) dst.push_back({span(done, text.size()), false});
  }

 private:
  Holds holds_;
};

class WordPattern final : public Pattern {
 public:
  void find(std::string_view text, std::vector<Match>& dst) const override {
    std::size_t start = 0;
    int before = -1;  // class of what stands from `start` on
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t from = at;
      const char32_t point = text::decode(text, at);
      const int kind = text::is_word(point) ? 0 : text::is_whitespace(point) ? 1 : 2;
      if (kind == before) continue;
      if (from > start) dst.push_back({span(start, from), before != 1});
      start = from;
      before = kind;
    }
    if (start < text.size()) dst.push_back({span(start, text.size()), before != 1});
  }
};

}  // namespace

PatternPtr string_pattern(std::string_view text) {
  // The empty string is found between any two code points, by the regular expression's rules.
  if (text.empty()) return std::make_unique<RegexPattern>(text);
  return std::make_unique<StringPattern>(text);
}

PatternPtr regex_pattern(std::string_view text) {
  if (text == kGpt2Pattern) return std::make_unique<Gpt2Pattern>();
  return std::make_unique<RegexPattern>(text);
}

PatternPtr point_pattern(bool (*holds)(char32_t point)) {
  return std::make_unique<PointPattern<bool (*)(char32_t)>>(holds);
}

PatternPtr point_pattern(char32_t point) {
  const auto holds = [point](char32_t other) { return other == point; };
  return std::make_unique<PointPattern<decltype(holds)>>(holds);
}

PatternPtr word_pattern() { return std::make_unique<WordPattern>(); }

void split(const std::vector<Match>& parts, Behavior behavior, bool invert, std::uint32_t base,
           std::vector<text::Span>& dst) {
  text::Span word{0, 0};  // what may still grow
  bool growing = false;   // whether `word` is one
  const auto flush = [&] {
    if (growing && word.size() > 0) dst.push_back({base + word.start, base + word.end});
    growing = false;
  };
  bool before = false;  // whether the part before was a match
  for (const Match& part : parts) {
    const bool found = part.found != invert;
    bool joins = false;  // the word that grows
    switch (behavior) {
      case Behavior::removed:
        if (found) {
          flush();
          continue;
        }
        break;
      case Behavior::isolated:
        break;
      case Behavior::merged_with_previous:
        joins = found && !before;
        break;
      case Behavior::merged_with_next:
        joins = before && !found;
        break;
      case Behavior::contiguous:
        joins = found == before;
        break;
    }
    if (growing && joins) {
      word.end = part.span.end;
    } else {
      flush();
      word = part.span;
      growing = true;
    }
    before = found;
  }
  flush();
}

}  // namespace nlp::tokenizer
