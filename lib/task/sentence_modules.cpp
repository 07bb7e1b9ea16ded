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

Json read_object(const fs::path& file) {
  Json json = read_json(file);
  if (!json.is_object()) fail(file, "no object");
  return json;
}

Pooling mode_named(const fs::path& file, const std::string& name) {
  const auto mode = std::ranges::find(kModes, name, &Mode::name);
  if (mode == std::end(kModes)) fail(file, fmt::format("pooling_mode {} is not supported", name));
  return mode->pooling;
}

// One name, or a list that keeps its order; in older files a flag for each, in the order of kModes.
// The mean where nothing is said.
std::vector<Pooling> read_modes(const fs::path& file, const Json& config) {
  std::vector<Pooling> modes;
  if (const auto found = config.find("pooling_mode"); found != config.end()) {
    const auto names = found->is_string()
                           ? std::vector{found->get<std::string>()}
                           : value_of(file, config, "pooling_mode", std::vector<std::string>());
    for (const auto& name : names) modes.push_back(mode_named(file, name));
    if (modes.empty()) fail(file, "pooling_mode names no way of pooling");
    return modes;
  }
  for (const auto& [key, value] : config.items())
    if (key.starts_with("pooling_mode_") && value != false &&
        std::ranges::find(kModes, key, &Mode::flag) == std::end(kModes))
      fail(file, fmt::format("{} is not supported", key));
  for (const Mode& mode : kModes)
    if (value_of(file, config, std::string(mode.flag).c_str(), false))
      modes.push_back(mode.pooling);
  if (modes.empty()) modes.push_back(Pooling::mean);
  return modes;
}

Splade read_splade(const fs::path& file) {
  const Json config = read_object(file);
  const auto pooling = value_of<std::string>(file, config, "pooling_strategy", "max");
  const auto activation = value_of<std::string>(file, config, "activation_function", "relu");
  if (pooling != "max" && pooling != "sum")
    fail(file, fmt::format("pooling_strategy {} is not supported (only max, sum)", pooling));
  if (activation != "relu" && activation != "log1p_relu")
    fail(file, fmt::format("activation_function {} is not supported (only relu, log1p_relu)",
                           activation));
  return {pooling == "sum" ? SparsePooling::sum : SparsePooling::max, activation != "relu"};
}

// A module may stand where those before it made what it reads: rows, then logits or a vector.
void read_module(const std::string& type, const fs::path& folder, std::string& before,
                 const fs::path& file, SentenceModules& dst) {
  const std::string name = type.substr(type.rfind('.') + 1);
  const bool rows = before == "Transformer", logits = rows || before == "MLMTransformer";
  const bool vector = !before.empty() && !logits && before != "SpladePooling";
  if (before.empty() && (name == "Transformer" || name == "MLMTransformer")) {
    dst.transformer = folder;
  } else if (rows && name == "Pooling") {
    const Json config = read_object(folder / "config.json");
    dst.include_prompt = value_of(folder / "config.json", config, "include_prompt", true);
    dst.pooling = read_modes(folder / "config.json", config);
  } else if (logits && name == "SpladePooling") {
    dst.splade = read_splade(folder / "config.json");
  } else if (vector && name == "Dense") {
    dst.steps.emplace_back(model::Dense::open(folder));
  } else if (vector && name == "Normalize") {
    dst.steps.emplace_back(Normalize{});
  } else if (!vector || name != "Dropout") {  // which is for training
    fail(file, fmt::format("module {} is not supported in this place", type));
  }
  before = name;
}

void read_modules(const fs::path& directory, const Json& modules, SentenceModules& dst) {
  const fs::path file = directory / "modules.json";
  std::string before;  // the last module's name
  for (const Json& module : modules) {
    if (!module.is_object()) fail(file, "a module is no object");
    const auto type = value_of<std::string>(file, module, "type", "");
    const std::string path = value_of<std::string>(file, module, "path", "");
    if (fs::path(path).is_absolute() || path.find("..") != std::string::npos)
      fail(file, fmt::format("path {} leads out of the directory", path));
    read_module(type, path.empty() ? directory : directory / path, before, file, dst);
  }
  if (before.empty() || before == "Transformer" || before == "MLMTransformer")
    fail(file, "needs a Transformer and a Pooling or SpladePooling module");
}

// The file has had the names of several classes.
void read_transformer(SentenceModules& dst) {
  for (const char* name :
       {"bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"}) {
    const fs::path file = dst.transformer / fmt::format("sentence_{}_config.json", name);
    const auto config = read_optional(file);
    if (!config) continue;
    const auto most = value_of<std::int64_t>(file, *config, "max_seq_length", 0);
    if (most > 0) dst.max_tokens = most;
    dst.lowercase = value_of(file, *config, "do_lower_case", false);
    const std::string task = dst.splade ? "fill-mask" : "feature-extraction";
    const auto given = value_of(file, *config, "transformer_task", task);
    if (given != task)
      fail(file, fmt::format("transformer_task {} is not supported here (only {})", given, task));
    return;
  }
}

std::optional<std::string> first_of(const SentenceModules& modules,
                                    std::initializer_list<const char*> names) {
  for (const char* const name : names)
    if (modules.prompts.contains(name)) return name;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> query_prompt(const SentenceModules& modules) {
  return first_of(modules, {"query"});
}

std::optional<std::string> document_prompt(const SentenceModules& modules) {
  return first_of(modules, {"document", "passage", "corpus"});
}

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

  read_transformer(result);
  const fs::path whole = directory / "config_sentence_transformers.json";
  if (const auto config = read_optional(whole)) {
    result.similarity = value_of(whole, *config, "similarity_fn_name", result.similarity);
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
