// The words of a text as a tokenizer's first stages make them, and how often each occurs.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>

#include "tokenizer/parts.hpp"
#include "train/tokenizer/text_blocks.hpp"
#include "train/tokenizer/word_counts.hpp"

namespace nlp::train {

struct CountedWords {
  WordCounts words;
  std::uint64_t lines = 0;
  std::uint64_t repaired = 0;  // U+FFFD put in place of what was not UTF-8
  std::uint64_t too_long = 0;  // occurrences of words longer than kLongestWord, left out
};

// Bytes.  Such a word is none, and would take time of the square of its length.
inline constexpr std::size_t kLongestWord = 4096;

// Adds to dst what is counted of a word, `count` times.
using Divide = void (*)(std::string_view word, std::uint64_t count, WordCounts& dst);

// Each line, with its end, is normalised and split by the stages by itself, as the reference's
// trainers read files.  The result does not depend on threads.  told(lines): now and then, from one
// thread at a time; what it throws ends the count.  divide: nullptr counts whole words up to
// kLongestWord.
CountedWords count_words(const tokenizer::Parts& stages, TextBlocks& blocks, int threads,
                         const std::function<void(std::uint64_t lines)>& told,
                         Divide divide = nullptr);

}  // namespace nlp::train
