// The characters that a tokenizer starts from.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "train/tokenizer/word_counts.hpp"

namespace nlp::train {

// The code points of the words, sorted; with a limit the most frequent ones alone, of equally
// frequent ones the lowest.  `initial` are in it whatever the words are, and come first where the
// limit cuts.  Source: compute_alphabet of the reference's BpeTrainer, which leaves it to chance
// which of equally frequent ones stay.
std::vector<char32_t> find_alphabet(std::span<const WordCount> words,
                                    std::span<const char32_t> initial,
                                    std::optional<std::size_t> limit);

}  // namespace nlp::train
