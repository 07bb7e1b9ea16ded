// Writes a checkpoint directory anew with weights of another type: man/nlp-checkpoint.5.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>

#include "checkpoint/store.hpp"

namespace nlp::model {

struct ConvertOptions {
  checkpoint::StoredType type = checkpoint::StoredType::f32;
  bool table_shard = false;                // tables in a shard of their own: model/table_shard.hpp
  std::int64_t shard_layers = 0;           // and so many layers, the first ones
  std::filesystem::path share;             // the model whose shard is taken; empty: none
  std::function<void()> progress = [] {};  // called after each tensor; may throw
};

// Copies `source` to `target`, which must not exist or be empty.  A folder with weights whose
// config.json names a model_type (the directory itself, or a module of it) gets them as one
// model.safetensors, or as two shards, and its config.json says so.  The weights of other modules
// (Dense) and all else is copied, but for what no command reads: copies of the weights for other
// libraries, hidden files.  `target` appears when it is whole, or not at all. Throws Error{model}
// as read_config and Checkpoint::open do; Error{usage} for a `target` that cannot be one;
// Error{model} where `share` has not the same tables and layers; Error{io}.
checkpoint::Stored convert(const std::filesystem::path& source, const std::filesystem::path& target,
                           const ConvertOptions& options);

}  // namespace nlp::model
