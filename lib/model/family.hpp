// A family of checkpoints as a row of data: how its config.json and its weights are named, and the
// parts that are its own.  Forward code never asks which family it runs.
#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "model/config.hpp"

namespace nlp::model {

class Attention;
class ConfigReader;
class Encoder;
class Weights;
struct WeightNames;

// Keys of config.json.  An empty key: the family has no such value.
struct ConfigKeys {
  std::string_view hidden_size = "hidden_size";
  std::string_view heads = "num_attention_heads";
  std::string_view head_size = {};
  std::string_view layers = "num_hidden_layers";
  std::string_view intermediate_size = "intermediate_size";
  std::string_view position_rows = "max_position_embeddings";
  std::string_view type_vocab_size = "type_vocab_size";
  std::string_view embedding_size = {};
  std::string_view activation = "hidden_act";
  std::string_view layer_norm_epsilon = "layer_norm_eps";
};

// Names of modules in the checkpoint, without `.weight` and `.bias`; an empty name: the family has
// no such part.  The encoder's may stand behind `prefix` or alone.
struct WeightNames {
  std::string_view prefix = {};

  std::string_view word_embeddings = {}, position_embeddings = {}, type_embeddings = {},
                   embeddings_norm = {};
  std::string_view own_word_embeddings = {};    // where the file lacks those both halves share
  std::string_view embeddings_projection = {};  // E to H
  std::string_view relative_bias = {};          // [relative_buckets, A]
  std::string_view relative_embeddings = {}, relative_norm = {};  // disentangled attention's table
  std::string_view convolution = {}, convolution_norm = {};       // behind the first layer

  // Stands before the names of a block's parts; {} is the layer's number, or the group's and the
  // block's.
  std::string_view layer = {};
  std::string_view query = {}, key = {}, value = {}, attention_output = {}, attention_norm = {};
  std::string_view query_key_value = {};  // stacked in the file, instead of the three
  std::string_view position_query = {}, position_key = {};  // of disentangled attention
  std::string_view intermediate = {}, output = {}, output_norm = {};
  std::string_view intermediate_gate = {};              // intermediate and gate stacked in the file
  std::string_view gated_intermediate = {}, gate = {};  // stored apart
  // Attention to the encoder's rows, in decoders.
  std::string_view cross_query = {}, cross_key = {}, cross_value = {}, cross_output = {},
                   cross_norm = {};
  std::string_view final_norm = {};  // behind all blocks

  // Masked-LM head, never with the prefix: decoder(norm(f(transform x))).
  std::string_view lm_transform = {}, lm_norm = {}, lm_decoder = {}, lm_bias = {};
  // The names of another such head, tied to the word table, that a checkpoint may have instead.
  std::string_view other_lm_transform = {}, other_lm_norm = {}, other_lm_bias = {};
  // Of a discriminator: beside it, a masked-LM head is left over from another model.
  std::string_view discriminator = {};

  // A text's row, through dense, activation and norm, is what sequence classifiers read.  `pooler`
  // belongs to the encoder, `sequence_dense` to the head.
  std::string_view pooler = {};
  std::string_view sequence_dense = {}, sequence_norm = {}, sequence_classifier = "classifier";
  // A token's row likewise.
  std::string_view token_dense = {}, token_norm = {}, token_classifier = "classifier";
  // Where this is a name of the classifiers', `architectures` tells which of them it is.
  std::string_view question_answering = "qa_outputs";
  std::string_view question_dense = {}, question_norm = {};
  std::string_view next_sentence = {};
  std::string_view replaced_dense = {}, replaced_prediction = {};
};

struct Family {
  std::string_view model_type;
  std::string_view class_name = {};  // what the names of the reference's classes begin with
  ConfigKeys keys = {};
  WeightNames names = {};
  WeightNames decoder = {};  // of encoder-decoder families, its blocks' parts and LM head
  Config defaults = {};      // of what config.json leaves out
  // Reads what only this family's config.json has; null: nothing.
  void (*read_more)(const ConfigReader& reader, Config& config) = nullptr;
  // The attention of one layer, its projections included; null: scaled dot products.
  // `before` stands before the names of the layer's parts.
  std::unique_ptr<Attention> (*make_attention)(const Config& config, const WeightNames& names,
                                               const Weights& weights, std::string_view before,
                                               std::int64_t layer) = nullptr;
  // The encoder; null: the stack of Transformer blocks.
  std::unique_ptr<Encoder> (*make_encoder)(const Config& config, const Family& family,
                                           const Weights& weights) = nullptr;
};

// All families that can be computed.
std::span<const Family* const> all_families();

// Throws Error{model} listing the known families.
const Family& find_family(std::string_view model_type, std::string_view where);

}  // namespace nlp::model
