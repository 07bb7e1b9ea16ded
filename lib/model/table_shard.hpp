// A checkpoint as two shards: the tables of words, positions and types, maybe the first layers,
// too, and all else.  Models that were made of one another with these frozen can share the first
// shard: man/nlp-checkpoint.5.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "checkpoint/store.hpp"
#include "model/family.hpp"

namespace nlp::model {

constexpr const char* kTableShard = "model-00001-of-00002.safetensors";
constexpr const char* kOtherShard = "model-00002-of-00002.safetensors";

// Whether a tensor belongs to a table that is looked up by word, position or type.
bool is_table(std::string_view tensor, const WeightNames& names);

// The layer that a tensor belongs to, from 0; none where it is no layer's, or where layers share
// their weights (ALBERT).
std::optional<std::int64_t> layer_of(std::string_view tensor, const WeightNames& names);

// What stands in the first shard.
struct SharedPart {
  std::int64_t layers = 0;  // the first ones, beside the tables
  std::string prefix;       // put before the names of all tensors
};

// The part that `other`, written as shards, has in its first; where its encoder's names have a
// prefix and those of `tensors`, a model without a head, have none, they get it.
// Throws Error{model} where `other` has no shards.
SharedPart shared_part(const std::filesystem::path& other,
                       std::span<const std::string_view> tensors, const WeightNames& names);

// Writes the tensors `tensors` of `src` as the two shards and their index into `directory`; see
// checkpoint::store.
checkpoint::Stored store_shards(const checkpoint::Checkpoint& src,
                                std::span<const std::string_view> tensors, const WeightNames& names,
                                const SharedPart& part, checkpoint::StoredType type,
                                const std::filesystem::path& directory,
                                const std::function<void()>& progress);

// Puts a relative link to the shard of `other` that holds the same tensors in place of the shard in
// `directory`, which will be called `target`.  `source` is what messages call it.  Returns the
// bytes that are saved.
// Throws Error{model} with the first tensor that is not the same: its name, type, shape or bytes.
std::uint64_t share_tables(const std::filesystem::path& directory,
                           const std::filesystem::path& other, const std::filesystem::path& source,
                           const std::filesystem::path& target);

}  // namespace nlp::model
