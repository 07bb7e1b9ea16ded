// A vocabulary of pieces with probabilities, of which the most useful stay.
// Source: Kudo 2018, arXiv:1804.10959, section 3.2; the trainer of SentencePiece.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "train/tokenizer/word_counts.hpp"

namespace nlp::train {

struct UnigramOptions {
  std::vector<std::string> special;  // the first tokens, with score 0
  std::vector<char32_t> alphabet;    // sorted; always tokens
  std::size_t vocab = 30000;         // tokens in all
  std::uint64_t min_frequency = 2;   // of the longer pieces that are tried
  int threads = 1;                   // change no result
};

struct UnigramVocabulary {
  std::vector<std::string> tokens;  // by id: special ones, then the likeliest first
  std::vector<double> scores;       // the logarithm of each one's probability
};

// runs: of add_runs().  Throws Error{usage} where special tokens and characters alone are more than
// `vocab`.
UnigramVocabulary train_unigram(std::span<const WordCount> runs, const UnigramOptions& options);

}  // namespace nlp::train
