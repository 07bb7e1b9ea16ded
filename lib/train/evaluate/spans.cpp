#include "train/evaluate/spans.hpp"

#include <algorithm>

#include "train/data/tag.hpp"

namespace nlp::train {

std::vector<WordSpan> spans_of(std::span<const std::string> tags) {
  std::vector<WordSpan> spans;
  bool open = false;  // the last span may go on
  for (std::size_t word = 0; word < tags.size(); ++word) {
    const Tag tag = tag_of(tags[word]);
    if (tag.is_outside()) {
      open = false;
      continue;
    }
    if (open && !tag.opens() && spans.back().kind == tag.kind)
      spans.back().last = word + 1;
    else
      spans.push_back({word, word + 1, std::string(tag.kind)});
    open = !tag.closes();
  }
  return spans;
}

void SpanScores::add(std::span<const WordSpan> truth, std::span<const WordSpan> found) {
  for (const WordSpan& span : truth) ++kinds[span.kind].truth;
  auto next = truth.begin();
  for (const WordSpan& span : found) {
    Hits& hits = kinds[span.kind];
    ++hits.found;
    while (next != truth.end() && next->first < span.first) ++next;
    hits.right += next != truth.end() && *next == span;
  }
}

SpanScores& SpanScores::operator+=(const SpanScores& other) {
  for (const auto& [kind, hits] : other.kinds) kinds[kind] += hits;
  return *this;
}

Hits SpanScores::all() const {
  Hits sum;
  for (const auto& [kind, hits] : kinds) sum += hits;
  return sum;
}

}  // namespace nlp::train
