// What config.json says, in one plain form for all families.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace nlp::model {

enum class Head {
  masked_lm,
  token_classification,
  sequence_classification,
  question_answering,
  next_sentence,  // the sentence-pair half of BERT's pre-training head
};

const char* name_of(Head head);  // "masked language model", "token classification", …

enum class Problem { single_label, multi_label, regression };

// `hidden_act` and its kin.  Source: facts of the reference's activation table.
enum class Activation { gelu_erf, gelu_tanh, relu, silu, tanh };

struct Config {
  std::string model_type;                  // "bert"
  std::vector<std::string> architectures;  // "BertForMaskedLM"
  std::int64_t hidden_size = 0;            // H
  std::int64_t heads = 0;                  // A
  std::int64_t layers = 0;                 // L
  std::int64_t intermediate_size = 0;      // F
  std::int64_t vocab_size = 0;             // V, rows of the embedding table
  std::int64_t type_vocab_size = 0;
  std::int64_t max_tokens = 0;  // tokens a text may have, special ones included
  std::int64_t pad_token_id = 0;
  float layer_norm_epsilon = 1e-12f;
  Activation activation = Activation::gelu_erf;
  bool tie_word_embeddings = true;
  Problem problem = Problem::single_label;
  std::vector<std::string> labels;  // by label id; "LABEL_0", … where the file names none
};

// Throws Error{model}: file absent, model_type not known (the known ones are listed), a value out
// of range, or a key that changes the mathematics and is not supported.
Config read_config(const std::filesystem::path& directory);

}  // namespace nlp::model
