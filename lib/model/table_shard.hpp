// A checkpoint as two shards: the tables of words, positions and types, and all else.  Models that
// were made of one another with frozen embeddings can share the first: man/nlp-checkpoint.5.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "checkpoint/store.hpp"
#include "model/family.hpp"

namespace nlp::model {

constexpr const char* kTableShard = "model-00001-of-00002.safetensors";
constexpr const char* kOtherShard = "model-00002-of-00002.safetensors";

// Whether a tensor belongs to a table that is looked up by word, position or type.
bool is_table(std::string_view tensor, const WeightNames& names);

// Writes the tensors `tensors` of `src` as the two shards and their index into `directory`; see
// checkpoint::store.
checkpoint::Stored store_shards(const checkpoint::Checkpoint& src,
                                std::span<const std::string_view> tensors, const WeightNames& names,
                                checkpoint::StoredType type, const std::filesystem::path& directory,
                                const std::function<void()>& progress);

// Puts a relative link to the shard of `other` that holds the same tables in place of the shard in
// `directory`, which will be called `target`.  `source` is what messages call it.  Returns the
// bytes that are saved.
// Throws Error{model} with the first tensor that is not the same: its name, type, shape or bytes.
std::uint64_t share_tables(const std::filesystem::path& directory,
                           const std::filesystem::path& other, const std::filesystem::path& source,
                           const std::filesystem::path& target);

}  // namespace nlp::model
