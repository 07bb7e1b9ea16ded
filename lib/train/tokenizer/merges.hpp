// A vocabulary made by merging the most frequent pairs of neighbours, again and again.
// Source: Sennrich, Haddow, Birch 2016, arXiv:1508.07909; the rules where pairs are equally
// frequent, and what is counted when one token is made in two ways, are those of `BpeTrainer` of
// Hugging Face tokenizers.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "train/tokenizer/word_counts.hpp"

namespace nlp::train {

struct MergeOptions {
  std::vector<std::string> special;  // the first tokens
  std::vector<char32_t> alphabet;    // sorted; other characters are taken out of the words
  std::string continuing_prefix;     // of characters that do not start a word
  std::size_t vocab = 30000;         // tokens in all
  std::uint64_t min_frequency = 0;   // of a pair that is merged
};

struct MergedVocabulary {
  std::vector<std::string> tokens;  // by id: special ones, characters, then what was merged
  // In the order of their ranks; a pair that was merged twice has the later one.
  std::vector<std::pair<std::int32_t, std::int32_t>> merges;
};

// The pair that is merged is the most frequent one, of several the one with the lowest ids.  It
// ends where the vocabulary is full, or no pair is frequent enough. Prefixed characters have ids by
// their code points (in the reference by chance). Throws Error{usage} where special tokens and
// characters alone are more than `vocab`; a character that is a special token counts once.
MergedVocabulary train_merges(std::span<const WordCount> words, const MergeOptions& options);

}  // namespace nlp::train
