// How well named entities are found.  Source: conlleval of the CoNLL-2000 and CoNLL-2003 shared
// tasks: an entity is right where its words and its kind are, both exactly.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "train/evaluate/scores.hpp"

namespace nlp::train {

// The words [first, last) of a sentence.
struct WordSpan {
  std::size_t first = 0, last = 0;
  std::string kind;
  bool operator==(const WordSpan&) const = default;
};

// The entities of a sentence's tags, in order.  All schemes: an entity opens with B, S, U, and
// wherever none of its kind is open; it closes behind E, L, S, U.  A tag without place is I.
std::vector<WordSpan> spans_of(std::span<const std::string> tags);

struct SpanScores {
  std::map<std::string, Hits> kinds;  // those that occur, found or true

  // Adds a sentence: spans in order, that do not overlap.
  void add(std::span<const WordSpan> truth, std::span<const WordSpan> found);

  SpanScores& operator+=(const SpanScores& other);

  Hits all() const;  // micro average
};

}  // namespace nlp::train
