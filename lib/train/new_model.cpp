#include "train/new_model.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/synced.hpp"
#include "tokenizer/tokenizer.hpp"
#include "train/model_files.hpp"

namespace nlp::train {
namespace fs = std::filesystem;

Json bert_config(const ModelSizes& sizes) {
  if (sizes.hidden_size % sizes.heads != 0)
    throw Error(Kind::usage, fmt::format("--hidden {}: no multiple of --heads {}",
                                         sizes.hidden_size, sizes.heads));
  return {{"model_type", "bert"},
          {"architectures", {"BertForMaskedLM"}},
          {"hidden_size", sizes.hidden_size},
          {"num_hidden_layers", sizes.layers},
          {"num_attention_heads", sizes.heads},
          {"intermediate_size", sizes.intermediate_size},
          {"hidden_act", "gelu"},
          {"max_position_embeddings", sizes.positions},
          {"type_vocab_size", 2},
          {"layer_norm_eps", 1e-12},
          {"initializer_range", 0.02},
          {"hidden_dropout_prob", 0.1},
          {"attention_probs_dropout_prob", 0.1},
          {"tie_word_embeddings", true}};
}

void begin_model(const fs::path& tokenizer, const fs::path& config, const ModelSizes& sizes,
                 const fs::path& directory) {
  if (fs::is_directory(tokenizer)) {
    begin_directory(tokenizer, directory);
  } else {
    if (!fs::is_regular_file(tokenizer))
      throw Error(Kind::usage,
                  tokenizer.string() + ": no tokenizer.json; `nlp train tokenizer` makes one");
    begin_directory(tokenizer.parent_path(), directory);
    fs::copy_file(tokenizer, directory / "tokenizer.json", fs::copy_options::overwrite_existing);
    sync(directory / "tokenizer.json");
  }
  Json json = config.empty() ? bert_config(sizes) : read_json(config);
  if (!json.is_object()) throw Error(Kind::model, config.string() + ": no object");
  const auto opened = tokenizer::Tokenizer::open(directory);
  json["vocab_size"] = opened.vocab_size();
  if (const auto pad = opened.pad_id()) json["pad_token_id"] = *pad;
  write_synced(directory / "config.json", json.dump(2) + "\n");
}

}  // namespace nlp::train
