#include "store/selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/tokenizer_file_names.hpp"
#include "store/cache.hpp"

namespace nlp::store {
namespace {

constexpr const char* kModules = "modules.json";

// By name, in each folder that is a model or a module of one, besides a tokenizer's files.
constexpr std::string_view kSmall[] = {
    "config.json", "generation_config.json", "config_sentence_transformers.json", kModules,
    "README.md",
};

// The first that is there is taken; an index brings the shards that it names.
struct Weights {
  std::string_view name;
  bool is_index = false;
};
constexpr Weights kWeights[] = {
    {"model.safetensors"},
    {"model.safetensors.index.json", true},
    {"pytorch_model.bin"},
    {"pytorch_model.bin.index.json", true},
};

bool matches(const std::string& path, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns, [&](std::string pattern) {
    if (pattern.ends_with('/')) pattern += '*';
    return ::fnmatch(pattern.c_str(), path.c_str(), FNM_NOESCAPE) == 0;
  });
}

bool is_small(std::string_view name) {
  const auto listed = [name](const auto& names) {
    return std::ranges::find(names, name) != std::end(names);
  };
  return listed(kSmall) || listed(kTokenizerFiles) || name.starts_with("LICENSE") ||
         (name.starts_with("sentence_") && name.ends_with("_config.json"));
}

class Selection {
 public:
  Selection(std::span<const std::string> paths, const ReadText& read)
      : paths_(paths.begin(), paths.end()), read_(read) {}

  std::set<std::string> usual() {
    const bool found = add_folder("");
    bool found_below = false;
    if (paths_.contains(kModules))
      for (const std::string& folder : module_folders()) found_below |= add_folder(folder + "/");
    if (!found && !found_below) fail();
    return std::move(chosen_);
  }

 private:
  // Whether there are weights.
  bool add_folder(const std::string& folder) {
    for (const std::string& path : paths_)
      if (path.starts_with(folder) && is_small(std::string_view(path).substr(folder.size())))
        chosen_.insert(path);
    for (const Weights& weights : kWeights) {
      const std::string path = folder + std::string(weights.name);
      if (!paths_.contains(path)) continue;
      chosen_.insert(path);
      if (weights.is_index)
        for (const std::string& shard : shards_of(path)) chosen_.insert(folder + shard);
      return true;
    }
    return false;
  }

  std::vector<std::string> module_folders() const {
    std::vector<std::string> folders;
    const Json modules = parse_json(read_(kModules), kModules);
    for (const Json& module : modules)
      if (const auto path = module.is_object() ? module.find("path") : module.end();
          path != module.end() && path->is_string() && is_inner_path(path->get<std::string>()))
        folders.push_back(path->get<std::string>());
    return folders;
  }

  std::set<std::string> shards_of(const std::string& index) const {
    std::set<std::string> shards;
    const Json json = parse_json(read_(index), index);
    const auto map = json.is_object() ? json.find("weight_map") : json.end();
    if (map == json.end() || !map->is_object())
      throw Error(Kind::model, index + ": weight_map is missing or no object");
    const std::string folder = index.substr(0, index.rfind('/') + 1);  // empty without a slash
    for (const auto& [tensor, shard] : map->items()) {
      if (!shard.is_string() || !paths_.contains(folder + shard.get<std::string>()))
        throw Error(Kind::model, fmt::format("{}: names {}, which the model does not have", index,
                                             shard.dump()));
      shards.insert(shard.get<std::string>());
    }
    return shards;
  }

  [[noreturn]] void fail() const {
    std::vector<std::string> names;
    for (const Weights& weights : kWeights) names.emplace_back(weights.name);
    throw Error(Kind::model, fmt::format("no weights that nlp reads (none of {}); --include '*' "
                                         "fetches all of its files",
                                         fmt::join(names, ", ")));
  }

  std::set<std::string> paths_;
  const ReadText& read_;
  std::set<std::string> chosen_;
};

}  // namespace

std::vector<std::string> select_files(std::span<const std::string> paths, const Patterns& patterns,
                                      const ReadText& read) {
  std::set<std::string> usual;
  if (patterns.include.empty()) usual = Selection(paths, read).usual();
  std::vector<std::string> chosen;
  std::ranges::copy_if(paths, std::back_inserter(chosen), [&](const std::string& path) {
    const bool wanted =
        patterns.include.empty() ? usual.contains(path) : matches(path, patterns.include);
    return wanted && !matches(path, patterns.exclude);
  });
  if (chosen.empty()) throw Error(Kind::model, "no file of the model fits --include and --exclude");
  return chosen;
}

}  // namespace nlp::store
