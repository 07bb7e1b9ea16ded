// model.safetensors.index.json: which shard of a checkpoint holds which tensor.
// Source: the sharded checkpoints of huggingface/transformers.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace nlp::checkpoint {

constexpr const char* kShardIndex = "model.safetensors.index.json";

// File names, each once, with the names of the tensors that they are said to hold.
using Shards = std::map<std::string, std::vector<std::string>>;

// Throws Error{model}: broken, or a shard's name that could lead out of the directory.
Shards read_shard_index(const std::filesystem::path& file);

// The index of these shards; total_size: bytes of all tensors.
Json shard_index(const Shards& shards, std::uint64_t total_size);

}  // namespace nlp::checkpoint
