// A family of checkpoints as a row of data: how its config.json and its weights are named.
// Forward code never asks which family it runs.
#pragma once
#include <span>
#include <string_view>

namespace nlp::model {

// Keys of config.json.  An empty key: the family has no such value.
struct ConfigKeys {
  std::string_view hidden_size = "hidden_size";
  std::string_view heads = "num_attention_heads";
  std::string_view layers = "num_hidden_layers";
  std::string_view intermediate_size = "intermediate_size";
  std::string_view max_tokens = "max_position_embeddings";
  std::string_view type_vocab_size = "type_vocab_size";
  std::string_view activation = "hidden_act";
  std::string_view layer_norm_epsilon = "layer_norm_eps";
};

// Names of modules in the checkpoint, without `.weight` and `.bias`.  The encoder's may stand
// behind `prefix` or alone; `layer` has {} where the number goes, and stands before the parts below
// it.
struct WeightNames {
  std::string_view prefix;

  std::string_view word_embeddings, position_embeddings, type_embeddings, embeddings_norm;

  std::string_view layer;
  std::string_view query, key, value, attention_output, attention_norm;
  std::string_view intermediate, output, output_norm;

  std::string_view pooler;

  // Heads; these never have the prefix.
  std::string_view lm_transform, lm_norm, lm_decoder, lm_bias;
  std::string_view classifier;
  std::string_view question_answering;
  std::string_view next_sentence;
};

struct Family {
  std::string_view model_type;
  ConfigKeys keys;
  WeightNames names;
};

// All families that can be computed.
std::span<const Family> families();

// Throws Error{model} listing the known families.
const Family& find_family(std::string_view model_type, std::string_view where);

}  // namespace nlp::model
