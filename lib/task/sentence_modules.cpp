#include "task/sentence_modules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"

namespace nlp::task {
namespace {
namespace fs = std::filesystem;

struct Mode {
  std::string_view flag;  // of older files
  std::string_view name;  // of newer ones
  Pooling pooling;
};
// In the order in which several are put together.
constexpr Mode kModes[] = {
    {"pooling_mode_cls_token", "cls", Pooling::cls},
    {"pooling_mode_max_tokens", "max", Pooling::max},
    {"pooling_mode_mean_tokens", "mean", Pooling::mean},
    {"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", Pooling::mean_sqrt_len},
    {"pooling_mode_weightedmean_tokens", "weightedmean", Pooling::weighted_mean},
    {"pooling_mode_lasttoken", "lasttoken", Pooling::last},
};

[[noreturn]] void fail(const fs::path& file, const std::string& what) {
  throw Error(Kind::model, fmt::format("{}: {}", file.string(), what));
}

// The value of a key, or `standard` where it is absent or null.
template <class Value>
Value value_of(const fs::path& file, const Json& object, const char* key, Value standard) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return standard;
  try {
    return found->get<Value>();
  } catch (const Json::exception&) {
    fail(file, fmt::format("{} has a value of another type", key));
  }
}

std::optional<Json> read_optional(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::nullopt;
  Json json = read_json(file);
  if (!json.is_object()) fail(file, "no object");
  return json;
}

void read_pooling(const fs::path& directory, SentenceModules& dst) {
  const fs::path file = directory / "config.json";
  const Json config = read_json(file);
  if (!config.is_object()) fail(file, "no object");
  dst.include_prompt = value_of(file, config, "include_prompt", true);
  dst.pooling.clear();
  std::vector<std::string> names;
  if (const auto found = config.find("pooling_mode"); found != config.end()) {
    names = found->is_string() ? std::vector{found->get<std::string>()}
                               : value_of(file, config, "pooling_mode", names);
    for (const auto& name : names)
      if (std::ranges::find(kModes, name, &Mode::name) == std::end(kModes))
        fail(file, fmt::format("pooling_mode {} is not supported", name));
  }
  for (const Mode& mode : kModes)
    if (std::ranges::find(names, mode.name) != names.end() ||
        (names.empty() && value_of(file, config, std::string(mode.flag).c_str(), false)))
      dst.pooling.push_back(mode.pooling);
  if (dst.pooling.empty()) fail(file, "names no pooling mode");
}

void read_modules(const fs::path& directory, const Json& modules, SentenceModules& dst) {
  const fs::path file = directory / "modules.json";
  bool transformer = false, pooled = false;
  for (const Json& module : modules) {
    if (!module.is_object()) fail(file, "a module is no object");
    const auto type = value_of<std::string>(file, module, "type", "");
    const std::string name = type.substr(type.rfind('.') + 1);
    const std::string path = value_of<std::string>(file, module, "path", "");
    if (fs::path(path).is_absolute() || path.find("..") != std::string::npos)
      fail(file, fmt::format("path {} leads out of the directory", path));
    const fs::path folder = path.empty() ? directory : directory / path;
    if (name == "Transformer" && !transformer) {
      dst.transformer = folder;
      transformer = true;
    } else if (name == "Pooling" && transformer && !pooled) {
      read_pooling(folder, dst);
      pooled = true;
    } else if (name == "Dense" && pooled) {
      dst.steps.emplace_back(model::Dense::open(folder));
    } else if (name == "Normalize" && pooled) {
      dst.steps.emplace_back(Normalize{});
    } else {
      fail(file, fmt::format("module {} is not supported in this place", type));
    }
  }
  if (!transformer || !pooled) fail(file, "needs a Transformer and a Pooling module");
}

}  // namespace

SentenceModules read_sentence_modules(const fs::path& directory) {
  SentenceModules result;
  result.transformer = directory;
  const fs::path file = directory / "modules.json";
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return result;
  result.found = true;
  const Json modules = read_json(file);
  if (!modules.is_array()) fail(file, "no list of modules");
  read_modules(directory, modules, result);

  const fs::path bert = result.transformer / "sentence_bert_config.json";
  if (const auto config = read_optional(bert)) {
    const auto most = value_of<std::int64_t>(bert, *config, "max_seq_length", 0);
    if (most > 0) result.max_tokens = most;
    result.lowercase = value_of(bert, *config, "do_lower_case", false);
  }
  const fs::path whole = directory / "config_sentence_transformers.json";
  if (const auto config = read_optional(whole)) {
    using Prompts = std::map<std::string, std::string>;
    result.prompts = value_of(whole, *config, "prompts", Prompts());
    const auto name = value_of<std::string>(whole, *config, "default_prompt_name", "");
    if (!name.empty()) {
      const auto found = result.prompts.find(name);
      if (found == result.prompts.end())
        fail(whole, fmt::format("default_prompt_name {} is none of its prompts", name));
      result.prompt = found->second;
    }
  }
  return result;
}

}  // namespace nlp::task
