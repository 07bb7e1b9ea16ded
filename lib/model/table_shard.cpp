#include "model/table_shard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/mapped_file.hpp"
#include "base/synced.hpp"
#include "checkpoint/safetensors.hpp"
#include "checkpoint/shard_index.hpp"

namespace nlp::model {
namespace {

namespace fs = std::filesystem;
using checkpoint::Tensors;
using tensor::TensorView;

[[noreturn]] void refuse(const fs::path& file, const std::string& what) {
  throw Error(Kind::model, file.string() + ": " + what);
}

std::string described(const TensorView& view) {
  return fmt::format("{} {}", tensor::name_of(view.dtype), tensor::to_string(view.shape));
}

checkpoint::Shards shards_of(const fs::path& other) {
  const fs::path index = other / checkpoint::kShardIndex;
  std::error_code unknown;
  if (!fs::exists(index, unknown))
    refuse(index, "no such file; write the model that is shared with --shards tables");
  return checkpoint::read_shard_index(index);
}

// The shard of `other` that has the first of these tensors it knows.
fs::path find_tables(const fs::path& other, const Tensors& wanted, const fs::path& source) {
  const checkpoint::Shards shards = shards_of(other);
  std::string found;
  const auto find = [&](const auto& is_it) {
    for (const auto& [shard, names] : shards)
      if (const auto name = std::ranges::find_if(names, is_it); name != names.end()) {
        found = *name;
        return shard;
      }
    return std::string();
  };
  for (const auto& each : wanted) {
    const std::string& name = each.first;
    const auto shard = find([&](const std::string& other_name) { return other_name == name; });
    if (!shard.empty()) return other / shard;
  }
  const std::string& name = wanted.begin()->first;
  find([&](const std::string& each) {
    return name.ends_with("." + each) || each.ends_with("." + name);
  });
  const fs::path index = other / checkpoint::kShardIndex;
  if (found.empty())
    refuse(index, fmt::format("no tensor {}, which {} has", name, source.string()));
  refuse(index, fmt::format("tensors with another prefix than in {} (expected {}, got {}); share "
                            "the other way round",
                            source.string(), name, found));
}

void check_same(const Tensors& wanted, const Tensors& found, const fs::path& file,
                const fs::path& source) {
  for (const auto& [name, view] : wanted) {
    const auto there = found.find(name);
    if (there == found.end())
      refuse(file, fmt::format("no tensor {}, which {} has", name, source.string()));
    const TensorView& other = there->second;
    if (other.dtype != view.dtype || other.shape != view.shape)
      refuse(file, fmt::format("{}: not as in {} (expected {}, got {}); is it the model that this "
                               "one was made of, written with the same --dtype?",
                               name, source.string(), described(view), described(other)));
    if (std::memcmp(view.data, other.data, view.bytes()) != 0) {
      const auto at =
          std::mismatch(view.data, view.data + view.bytes(), other.data).first - view.data;
      const auto row = static_cast<std::size_t>(view.shape.empty() ? 1 : view.shape.front());
      refuse(file,
             fmt::format(
                 "{}: other numbers than in {} (the first in row {}); they stay the same where "
                 "a model learns with --freeze 1, layers with more of it",
                 name, source.string(), static_cast<std::size_t>(at) / (view.bytes() / row)));
    }
  }
  for (const auto& [name, view] : found)
    if (!wanted.contains(name))
      refuse(file, fmt::format("{}: not shared by {}; write the model that is shared with --shards "
                               "tables",
                               name, source.string()));
}

}  // namespace

bool is_table(std::string_view tensor, const WeightNames& names) {
  const auto is = [&](std::string_view name) {
    return std::ranges::any_of(
        std::initializer_list<std::string_view>{names.word_embeddings, names.own_word_embeddings,
                                                names.position_embeddings, names.type_embeddings},
        [&](std::string_view module) {
          return !module.empty() && name.starts_with(module) &&
                 name.substr(module.size()).starts_with('.');
        });
  };
  return is(tensor) || (tensor.starts_with(names.prefix) && is(tensor.substr(names.prefix.size())));
}

std::optional<std::int64_t> layer_of(std::string_view tensor, const WeightNames& names) {
  const auto hole = names.layer.find("{}");
  if (hole == std::string_view::npos || names.layer.find("{}", hole + 1) != std::string_view::npos)
    return std::nullopt;
  const std::string_view before = names.layer.substr(0, hole),
                         behind = names.layer.substr(hole + 2);
  if (!names.prefix.empty() && tensor.starts_with(names.prefix))
    tensor.remove_prefix(names.prefix.size());
  if (!tensor.starts_with(before)) return std::nullopt;
  tensor.remove_prefix(before.size());
  std::int64_t layer = 0;
  const auto [end, error] = std::from_chars(tensor.data(), tensor.data() + tensor.size(), layer);
  tensor.remove_prefix(static_cast<std::size_t>(end - tensor.data()));
  if (error != std::errc() || !tensor.starts_with(behind)) return std::nullopt;
  return layer;
}

SharedPart shared_part(const fs::path& other, std::span<const std::string_view> tensors,
                       const WeightNames& names) {
  SharedPart part;
  for (const auto& [shard, stored] : shards_of(other)) {
    if (std::ranges::none_of(stored, [&](const auto& name) { return is_table(name, names); }))
      continue;
    for (const std::string& name : stored)
      part.layers = std::max(part.layers, layer_of(name, names).value_or(-1) + 1);
    const auto has_prefix = [&](std::string_view name) { return name.starts_with(names.prefix); };
    const auto is_encoder = [&](std::string_view name) {
      return is_table(name, names) || layer_of(name, names).has_value() ||
             name.starts_with(names.embeddings_norm) ||
             (!names.pooler.empty() && name.starts_with(names.pooler));
    };
    if (!names.prefix.empty() && std::ranges::any_of(stored, has_prefix) &&
        std::ranges::none_of(tensors, has_prefix) && std::ranges::all_of(tensors, is_encoder))
      part.prefix = names.prefix;
  }
  return part;
}

checkpoint::Stored store_shards(const checkpoint::Checkpoint& src,
                                std::span<const std::string_view> tensors, const WeightNames& names,
                                const SharedPart& part, checkpoint::StoredType type,
                                const fs::path& directory, const std::function<void()>& progress) {
  std::vector<std::string_view> shared, others;
  for (const std::string_view name : tensors) {
    const bool is_shared =
        is_table(name, names) || layer_of(name, names).value_or(part.layers) < part.layers;
    (is_shared ? shared : others).push_back(name);
  }
  checkpoint::Stored all =
      checkpoint::store(src, shared, type, directory / kTableShard, progress, part.prefix);
  const auto rest =
      checkpoint::store(src, others, type, directory / kOtherShard, progress, part.prefix);
  const Json index = checkpoint::shard_index({{kTableShard, all.names}, {kOtherShard, rest.names}},
                                             all.tensor_bytes + rest.tensor_bytes);
  const fs::path file = directory / checkpoint::kShardIndex;
  std::ofstream out(file, std::ios::binary);
  out << index.dump(2) << "\n";
  out.close();
  if (!out) throw Error(Kind::io, file.string() + ": cannot be written");
  sync(file);
  all.tensors += rest.tensors;
  all.int8 += rest.int8;
  all.bytes += rest.bytes;
  all.tensor_bytes += rest.tensor_bytes;
  std::ranges::copy(rest.names, std::back_inserter(all.names));
  return all;
}

std::uint64_t share_tables(const fs::path& directory, const fs::path& other, const fs::path& source,
                           const fs::path& target) {
  const fs::path own = directory / kTableShard;
  std::uint64_t saved = 0;
  fs::path shared;
  {
    const MappedFile file(own);
    const Tensors wanted = checkpoint::parse_safetensors(file.bytes(), own.string());
    if (wanted.empty()) refuse(source, "no tables that could be shared");
    saved = file.bytes().size();
    shared = find_tables(other, wanted, source);
    const MappedFile there(shared);
    check_same(wanted, checkpoint::parse_safetensors(there.bytes(), shared.string()), shared,
               source);
  }
  // Where the shard is a link itself its target is meant: no chains.
  const fs::path folder = fs::weakly_canonical(fs::absolute(target));
  const fs::path link = fs::canonical(shared).lexically_relative(folder);
  fs::remove(own);
  fs::create_symlink(link, own);
  return saved;
}

}  // namespace nlp::model
