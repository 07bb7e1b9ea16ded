// Words cut where no piece may reach across: all that a unigram trainer needs to know of them.
// Source: SentencePiece's rule for pieces (split_by_unicode_script): a piece has characters of one
// script, digits and punctuation being one of their own.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "train/tokenizer/word_counts.hpp"

namespace nlp::train {

// Different runs of characters, sorted by their UTF-8.  A character is its place in the alphabet.
struct ScriptRuns {
  static constexpr std::size_t kLongest = 24;  // characters; a longer run is cut

  std::vector<char32_t> alphabet;
  std::vector<std::uint32_t> codes;   // of all runs, one behind the other
  std::vector<std::uint32_t> starts;  // [runs + 1]: run k is codes[starts[k], starts[k + 1])
  std::vector<std::uint64_t> counts;  // [runs]

  std::size_t size() const { return counts.size(); }
  // The UTF-8 of some codes.
  std::string text(std::span<const std::uint32_t> part) const;
};

// Adds the runs of a word (valid UTF-8) to dst, each `count` times.  `▁` belongs to the run behind
// it, a mark to the one before.
void add_runs(std::string_view word, std::uint64_t count, WordCounts& dst);

// runs: of add_runs().  A character that is not in the alphabet (sorted) ends a run and belongs to
// none.  Throws Error{memory} where all runs together have 2^32 characters.
ScriptRuns make_runs(std::span<const WordCount> runs, std::vector<char32_t> alphabet);

}  // namespace nlp::train
