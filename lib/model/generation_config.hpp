// How a checkpoint wants its decoder to be searched.
// Source: generation_config.json, in older checkpoints config.json; the reference's
// GenerationConfig and its logits processors.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "model/config.hpp"

namespace nlp::model {

struct GenerationConfig {
  std::int32_t start_id = 0;          // the decoder's first input
  std::vector<std::int32_t> end_ids;  // what ends a text

  std::optional<std::int32_t> forced_first_id;       // the first token, whatever the logits
  std::vector<std::int32_t> forced_last_ids;         // the last one where the tokens run out
  std::vector<std::vector<std::int32_t>> bad_words;  // sequences that are never made
  std::vector<std::int32_t> suppressed;              // tokens that are never made
  std::vector<std::int32_t> suppressed_first;        // not as the first token
  std::int64_t min_new_tokens = 0;                   // no end token before
  std::int64_t no_repeat_ngram = 0;                  // sequences so long are made once only
  double length_penalty = 1;                         // texts are ranked by logprob / tokens^this
  bool renormalize = false;                          // probabilities sum to 1 again after all that

  std::optional<std::int64_t> beams, max_new_tokens;  // what the checkpoint suggests
};

// Throws Error{model}: no start or end token, an id out of range, or a rule that changes the result
// and is not supported.  Sampling is not read: a search is not random.
GenerationConfig read_generation_config(const std::filesystem::path& directory,
                                        const Config& config);

}  // namespace nlp::model
