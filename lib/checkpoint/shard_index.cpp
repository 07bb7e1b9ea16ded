#include "checkpoint/shard_index.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace nlp::checkpoint {

namespace fs = std::filesystem;

Shards read_shard_index(const fs::path& file) {
  const Json index = read_json(file);
  const auto found = index.is_object() ? index.find("weight_map") : index.end();
  if (found == index.end() || !found->is_object())
    throw Error(Kind::model, file.string() + ": weight_map is missing or no object");
  Shards shards;
  for (const auto& [name, shard] : found->items()) {
    if (!shard.is_string() || shard.get_ref<const std::string&>().empty() ||
        fs::path(shard.get<std::string>()).filename() != shard.get<std::string>() ||
        shard == ".." || shard == ".")
      throw Error(Kind::model, fmt::format("{}: {}: not a plain file name: {}", file.string(), name,
                                           shard.dump()));
    shards[shard.get<std::string>()].push_back(name);
  }
  return shards;
}

Json shard_index(const Shards& shards, std::uint64_t total_size) {
  std::map<std::string, std::string> places;
  for (const auto& [shard, names] : shards)
    for (const std::string& name : names) places[name] = shard;
  return {{"metadata", {{"total_size", total_size}}}, {"weight_map", places}};
}

}  // namespace nlp::checkpoint
