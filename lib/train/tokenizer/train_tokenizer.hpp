// Makes a tokenizer from text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "train/tokenizer/kinds.hpp"
#include "train/tokenizer/tokenizer_files.hpp"

namespace nlp::train {

struct TokenizerOptions {
  TokenizerKind kind = TokenizerKind::wordpiece;
  bool cased = false;                 // wordpiece: keep case and accents
  std::size_t vocab = 30000;          // tokens in all, special ones included; at most
  std::uint64_t min_frequency = 2;    // of a pair that is merged, or a piece that is a candidate
  std::size_t limit_alphabet = 1000;  // characters at most; bpe has 256 of them, its bytes
  std::vector<std::string> special = {};               // more special tokens
  int threads = 1;                                     // change no result
  std::function<void(std::uint64_t lines)> told = {};  // lines that are counted; see count_words()
};

struct TokenizerReport {
  TrainedTokenizer tokenizer;
  std::uint64_t lines = 0;
  std::uint64_t words = 0;     // different ones, or different parts of words for unigram
  std::uint64_t repaired = 0;  // U+FFFD put in place of what was not UTF-8
  std::uint64_t too_long = 0;  // words left out; see count_words()
};

// Reads the files (`-`: stdin) once.  Memory: the different words with their counts, not the text.
// Throws Error{data} where a file cannot be read, and where there is no word; Error{usage} where
// the vocabulary is too small, a special token is empty or there already, or `cased` is asked of a
// kind that keeps case anyway.
TokenizerReport train_tokenizer(const std::vector<std::filesystem::path>& files,
                                const TokenizerOptions& options);

}  // namespace nlp::train
