// What config.json says, in one plain form for all families.  Every field has the value that
// computes BERT; a family's row and its config change what differs.
// Legend: H hidden, A heads, D head size, E embedding, F feed-forward, L layers, V vocabulary.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nlp::model {

enum class Head {
  masked_lm,
  token_classification,
  sequence_classification,
  question_answering,
  next_sentence,   // the sentence-pair half of a pre-training head
  replaced_token,  // ELECTRA's discriminator: was this token replaced?
};

const char* name_of(Head head);  // "masked language model", "token classification", …

enum class Problem { single_label, multi_label, regression };

// `hidden_act` and its kin.  Source: facts of the reference's activation table.
enum class Activation { none, gelu_erf, gelu_tanh, relu, silu, tanh };

// Which of a text's rows a sequence classifier reads.
enum class SequencePooling { first, mean };

// Attention by content and by position: to the product of query and key are added query · position
// key and key · position query, by the distance of the two.
// Source: He et al. 2021, arXiv:2006.03654, section 3.1.
struct Disentangled {
  std::int64_t span = 0;  // the table of positions has 2 * span rows; 0: no scores by position
  bool buckets = false;   // distances fall into span buckets to each side
  std::int64_t max_distance = 0;     // of the buckets
  bool content_to_position = false;  // query · position key
  bool position_to_content = false;  // key · position query
  std::int64_t kinds = 1;  // kinds of scores, content's included: scale 1 / sqrt(D * kinds)
  bool shares_projections = false;  // positions are projected as the rows are
  bool norm = false;                // of the table's rows
};

// A convolution over neighbouring rows of the embeddings, added to what the first layer gives.
struct FirstConvolution {
  std::int64_t size = 0;  // odd; 0: none
  Activation activation = Activation::tanh;
};

// Reformer's attention within chunks of `length` and those beside them.
struct Chunks {
  std::int64_t length = 0, before = 1, after = 0;
};
enum class LayerKind { local, hashed };
struct Reformer {
  std::vector<LayerKind> layers;  // [L]
  Chunks local, hashed;
  std::vector<std::int64_t> buckets;  // factors of their count; empty: by the text's length
  std::int64_t rounds = 1;            // of hashing
  std::uint64_t seed = 0;
  std::int64_t max_tokens = 0;                      // what the reference derives buckets from
  std::vector<std::int64_t> axis_rows, axis_sizes;  // of the position tables; empty: one table
};

// Tokens that see all others, and are seen by them, where attention is local.
enum class GlobalTokens { none, first, question };

// The half that writes, in encoder-decoder families.
struct DecoderConfig {
  std::int64_t layers = 0;  // 0: the family has none
  std::int64_t heads = 0, head_size = 0, intermediate_size = 0;
  std::int64_t vocab_size = 0;  // rows of its embedding table, and logits
  float output_scale = 1;       // of the rows before they become logits
};

struct Config {
  std::string model_type;                  // "bert"
  std::vector<std::string> architectures;  // "BertForMaskedLM"
  std::int64_t hidden_size = 0;            // H
  std::int64_t output_size = 0;            // width of the last layer's rows; H in most families
  std::int64_t embedding_size = 0;         // E; where it is not H, a layer projects E to H
  std::int64_t heads = 0;                  // A
  std::int64_t head_size = 0;              // D; A*D is H in most families
  std::int64_t layers = 0;                 // L
  std::int64_t intermediate_size = 0;      // F
  std::int64_t vocab_size = 0;             // V, rows of the embedding table
  std::int64_t type_vocab_size = 0;        // 0: no type embeddings
  float embedding_scale = 1;               // of the rows of words
  std::int64_t position_rows = 0;          // of the position table; 0: no position embeddings
  bool sinusoidal_positions = false;       // computed where the file has no table of them
  std::int64_t first_position = 0;         // row of a text's first token
  bool pads_keep_position = false;         // a pad token has row first_position - 1, and counts not
  std::int64_t max_tokens = 0;             // tokens a text may have, special ones included
  std::int64_t pad_token_id = 0;
  float layer_norm_epsilon = 1e-12f;
  bool rms_norm = false;  // norms take the mean as 0
  bool pre_norm = false;  // norms stand before attention and feed-forward, and one behind all
  bool optional_biases = false;       // layers and norms have the biases that the file has
  bool bare_first_attention = false;  // with pre_norm: none before the first attention
  Activation activation = Activation::gelu_erf;     // of the feed-forward
  std::optional<Activation> head_activation;        // of the masked-LM head; absent: the same
  Activation pooled_activation = Activation::tanh;  // of the layer before a sequence classifier
  SequencePooling pooling = SequencePooling::first;
  bool gated_feed_forward = false;  // where the file stores the gate apart
  bool scaled_attention = true;     // scores are divided by the root of D
  // Layers share weights: layer l has those of group l * groups / layers, each group a row of
  // blocks.  0 groups: every layer has its own.
  std::int64_t layer_groups = 0, blocks_in_group = 1;
  // [L]: how many keys a query sees to each side of it; empty: all.
  std::vector<std::int64_t> reach;
  GlobalTokens global_tokens = GlobalTokens::none;
  std::int64_t sep_token_id = -1;   // ends the question
  std::vector<float> rotary_bases;  // [L]: queries and keys are rotated by position; empty: not
  Disentangled disentangled;
  FirstConvolution convolution;
  Reformer reformer;
  bool prefers_other_lm = false;  // of two masked-LM heads in the file, the one of other_lm_*
  // Attention scores get a learned bias by distance, in this many buckets; 0: none.
  std::int64_t relative_buckets = 0, relative_max_distance = 128;
  bool tie_word_embeddings = true;
  DecoderConfig decoder;
  Problem problem = Problem::single_label;
  std::vector<std::string> labels;  // by label id; "LABEL_0", … where the file names none
};

// Throws Error{model}: file absent, model_type not known (the known ones are listed), a value out
// of range, or a key that changes the mathematics and is not supported.
Config read_config(const std::filesystem::path& directory);

}  // namespace nlp::model
