// What tokenizer classes make of the pieces of a SentencePiece model.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/recipe.hpp"

namespace nlp::tokenizer {

// The vocabulary is the file's pieces without the first ones, with others before and behind.
struct SentencePieceFamily {
  Recipe recipe;
  std::size_t skipped = 0;
  std::vector<std::string_view> leading = {}, trailing = {};
  std::int64_t unknown_id = -1;       // in the vocabulary; -1: what the file says
  double last_leading_score = 0;      // the others have 0
  bool has_sentinels = false;         // <extra_id_99> to <extra_id_0> come last
  bool avoids_number_commas = false;  // pieces like `1,` lose 100
  bool has_vocab_json = false;        // the ids are those of vocab.json, in the same directory
};

// Source: the Spm converters of convert_slow_tokenizer.py and MarianTokenizer, Hugging Face
// transformers 4.57.
std::vector<SentencePieceFamily> sentencepiece_families();

}  // namespace nlp::tokenizer
