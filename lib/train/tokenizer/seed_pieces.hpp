// The substrings that a unigram vocabulary is chosen from.
// Source: Kudo 2018, section 3.2: the most frequent substrings, found by a suffix array; the nodes
// of the suffix tree as in Abouelhoda, Kurtz, Ohlebusch 2004, "Replacing suffix trees with enhanced
// suffix arrays".
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "train/tokenizer/script_runs.hpp"

namespace nlp::train {

struct SeedPiece {
  std::uint32_t run;     // where it occurs
  std::uint16_t offset;  // there, in characters
  std::uint16_t size;    // in characters
  std::uint64_t count;   // of its occurrences in the text
};

inline constexpr std::size_t kLongestPiece = 16;  // characters

// The substrings of 2 to kLongestPiece characters that occur min_count times at least and are
// always followed, or preceded, by the same character never: a longer one would be as frequent. At
// most `most`, those with the highest product of count and size.  The result does not depend on
// threads.
std::vector<SeedPiece> find_seeds(const ScriptRuns& runs, std::uint64_t min_count, std::size_t most,
                                  int threads);

}  // namespace nlp::train
