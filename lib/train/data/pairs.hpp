// Sets for sentence vectors: pairs with a score, pairs that belong together, single texts.
//   TSV, CSV   text, pair, score      text, pair      text
//   JSON       {"text": …, "pair": …, "score": …}
// Headers and JSON may also say sentence1 and sentence2, similarity_score, and the like.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.hpp"
#include "train/data/encode.hpp"
#include "train/data/place.hpp"
#include "train/data/table.hpp"

namespace nlp::train {

enum class PairKind {
  scored,   // two texts and how alike they are, in any unit
  matched,  // two texts that belong together; those of other rows do not
  single,   // texts alone: a teacher has their vectors
};

struct PairSpec {
  PairKind kind = PairKind::scored;
  TableOptions table;
};

struct TextPair {
  std::string text, pair;  // valid UTF-8; no pair under PairKind::single
  float score = 0;         // under PairKind::scored
  Place place;
};

struct PairSet {
  std::vector<std::string> files;
  std::vector<TextPair> pairs;
  std::uint64_t repaired = 0;
};

// Reads files one behind the other; `-` is stdin.
// Throws Error{data} `FILE:LINE: what; what to do`, for a file without rows, too.
PairSet read_pairs(const std::vector<std::string>& files, const PairSpec& spec);

struct PairExample {
  Example text, pair;  // without labels; no pair under PairKind::single
  float score = 0;     // as in the set
};

struct PairExamples {
  std::vector<PairExample> examples;  // one of each row, in order
  std::uint64_t truncated = 0;        // texts that were cut
};

// `prompt` stands before every text (see task::SentenceModules).
PairExamples pair_examples(const PairSet& set, PairKind kind, const std::string& prompt,
                           const tokenizer::Tokenizer& tokenizer, const EncodeOptions& options);

}  // namespace nlp::train
