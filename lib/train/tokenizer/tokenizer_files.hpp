// A trained tokenizer as the files that loaders read.
// Source: the tokenizer.json format of Hugging Face tokenizers, tokenizer_config.json of Hugging
// Face transformers.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "train/tokenizer/kinds.hpp"

namespace nlp::train {

struct TrainedTokenizer {
  TokenizerKind kind = TokenizerKind::wordpiece;
  bool cased = false;               // of wordpiece: case and accents are kept
  std::vector<std::string> added;   // special tokens behind those of the kind
  std::vector<std::string> tokens;  // by id: the kind's special ones, the added ones, the others
  std::vector<double> scores;       // of unigram: a token's logarithmic probability
  std::vector<std::pair<std::int32_t, std::int32_t>> merges;  // of bpe
};

// The text of each file.
std::string tokenizer_json(const TrainedTokenizer& tokenizer);
std::string tokenizer_config_json(const TrainedTokenizer& tokenizer);

// Writes tokenizer.json and tokenizer_config.json into the directory `path`, made where it is not
// there; where `path` ends in .json that file alone, as tokenizer.json.  Each file is written
// beside its name, brought to disk and renamed, tokenizer.json last: there is a whole tokenizer or
// none.  What else is in the directory stays.  Throws Error{io}.
void write_tokenizer(const TrainedTokenizer& tokenizer, const std::filesystem::path& path);

}  // namespace nlp::train
