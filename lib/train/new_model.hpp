// The directory of a model that begins anew: a tokenizer and a config.json, without numbers.
#pragma once
#include <cstdint>
#include <filesystem>

#include "base/json.hpp"

namespace nlp::train {

struct ModelSizes {
  std::int64_t layers = 4, hidden_size = 256, heads = 4, intermediate_size = 1024;
  std::int64_t positions = 512;
};

// The config.json of BERT of these sizes, but for its vocabulary (vocab_size, pad_token_id).
// Throws Error{usage} where the hidden size is no multiple of the heads.
Json bert_config(const ModelSizes& sizes);

// tokenizer: a tokenizer.json, or a directory with the files of a tokenizer.
// config: a config.json, whose vocabulary becomes the tokenizer's; empty: BERT of these sizes.
// Throws Error{usage}, Error{model}, Error{io}.
void begin_model(const std::filesystem::path& tokenizer, const std::filesystem::path& config,
                 const ModelSizes& sizes, const std::filesystem::path& directory);

}  // namespace nlp::train
