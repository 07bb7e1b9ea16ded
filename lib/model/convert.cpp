#include "model/convert.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/synced.hpp"
#include "model/config.hpp"
#include "model/family.hpp"
#include "model/int8_mark.hpp"
#include "model/table_shard.hpp"

namespace nlp::model {
namespace {

namespace fs = std::filesystem;
using checkpoint::Checkpoint;
using checkpoint::StoredType;

constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.safetensors";
constexpr int kMostFolders = 8;  // one inside the other; beyond, a link leads in a circle

// Copies of the weights for other libraries.
constexpr std::string_view kForeignFolders[] = {"onnx", "openvino", "coreml"};
constexpr std::string_view kForeignEndings[] = {".onnx", ".onnx_data", ".h5",     ".msgpack",
                                                ".ot",   ".gguf",      ".tflite", ".ckpt"};

bool is_foreign(const std::string& name, bool folder) {
  if (name.starts_with('.')) return true;
  if (folder) return std::ranges::find(kForeignFolders, name) != std::end(kForeignFolders);
  return name.starts_with("openvino_model") ||
         std::ranges::any_of(kForeignEndings,
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

// What is written anew: weights as one file or shards, of either form, and their index.
bool is_weights(std::string name) {
  constexpr std::string_view kIndex = ".index.json";
  if (name.ends_with(kIndex)) name.resize(name.size() - kIndex.size());
  return (name.starts_with("model") && name.ends_with(".safetensors")) ||
         (name.starts_with("pytorch_model") && name.ends_with(".bin"));
}

// config.json of a folder that is a model, or null.
Json read_model_config(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder / kConfig, ignored)) return nullptr;
  Json config = read_json(folder / kConfig);
  return config.is_object() && config.contains("model_type") ? config : Json(nullptr);
}

void mark(Json& config, StoredType type) {
  const char* name = type == StoredType::bf16 ? "bfloat16" : "float32";
  const bool today = config.contains("dtype");  // the newer name of torch_dtype
  if (today) config["dtype"] = name;
  if (!today || config.contains("torch_dtype")) config["torch_dtype"] = name;
  config.erase(std::string(kQuantization));
  if (type == StoredType::int8) config[std::string(kQuantization)] = Json::parse(kInt8Rows);
}

// The tensors to write.  A file of torch may have one matrix under several names; where the
// embeddings and the output layer share it by config.json one name is enough for every reader.
std::vector<std::string_view> names_to_write(const Checkpoint& checkpoint, bool tied) {
  const auto all = checkpoint.names();
  if (!tied) return all;
  const auto ends_with_any = [](std::string_view name, auto... endings) {
    return (name.ends_with(endings) || ...);
  };
  // The least is kept: the words' own table, before what is tied to it.
  const auto rank = [&](std::string_view name) {
    return ends_with_any(name, "decoder.weight", "lm_head.weight", "vocab_projector.weight") ? 2
           : ends_with_any(name, "embed_tokens.weight")                                      ? 1
                                                                                             : 0;
  };
  const auto same = [](const tensor::TensorView& left, const tensor::TensorView& right) {
    return left.data == right.data && left.dtype == right.dtype && left.shape == right.shape &&
           left.bytes() > 0;
  };
  std::vector<std::string_view> names;
  for (const std::string_view name : all) {
    const bool again =
        rank(name) > 0 && std::ranges::any_of(all, [&](std::string_view other) {
          return rank(other) < rank(name) && same(*checkpoint.find(other), *checkpoint.find(name));
        });
    if (!again) names.push_back(name);
  }
  return names;
}

void write_text(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw Error(Kind::io, file.string() + ": cannot be written");
  sync(file);
}

void duplicate(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::copy_file(from, to, failed);
  if (failed)
    throw Error(Kind::io,
                fmt::format("{}: cannot be copied ({})", from.string(), failed.message()));
  fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, fs::perm_options::add,
                  failed);
  sync(to);
}

// A folder beside the target that takes its name, or goes.
class Staging {
 public:
  explicit Staging(const fs::path& target) : target_(target), path_(name_beside(target)) {
    if (::mkdir(path_.c_str(), 0777) != 0)
      throw Error(Kind::io,
                  fmt::format("{}: cannot be made ({})", path_.string(), std::strerror(errno)));
  }
  ~Staging() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  const fs::path& path() const { return path_; }
  void commit() {
    sync(path_);
    rename_synced(std::exchange(path_, {}), target_);
  }

 private:
  fs::path target_, path_;
};

class Conversion {
 public:
  // What is written into `staging` will be found in `target`.
  Conversion(const ConvertOptions& options, const fs::path& staging, const fs::path& target)
      : options_(options), staging_(staging), target_(target) {}

  void folder(const fs::path& from, const fs::path& to, int depth) {
    if (depth > kMostFolders)
      throw Error(Kind::model, fmt::format("{}: more than {} folders one inside the other",
                                           from.string(), kMostFolders));
    Json config = read_model_config(from);
    if (!config.is_null()) weights(from, to, config);
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(from)) entries.push_back(entry.path());
    std::ranges::sort(entries);
    for (const fs::path& entry : entries) {
      const std::string name = entry.filename();
      const bool is_folder = fs::is_directory(entry);
      if (is_foreign(name, is_folder)) continue;
      if (is_folder) {
        fs::create_directory(to / name);
        folder(entry, to / name, depth + 1);
        if (fs::is_empty(to / name)) fs::remove(to / name);
      } else if (fs::is_regular_file(entry) &&
                 (config.is_null() || (name != kConfig && !is_weights(name)))) {
        duplicate(entry, to / name);
      }
    }
    sync(to);
  }

  bool found = false;
  checkpoint::Stored stored;

 private:
  void weights(const fs::path& from, const fs::path& to, Json& config) {
    found = true;
    const bool tied = read_config(from).tie_word_embeddings;  // and checks that we can read it
    const auto source = Checkpoint::open(from);
    const auto names = names_to_write(source, tied);
    if (!options_.table_shard) {
      add(checkpoint::store(source, names, options_.type, to / kWeights, options_.progress));
    } else {
      const Family& family = find_family(config["model_type"].get<std::string>(), from.string());
      SharedPart part{options_.shard_layers, {}};
      if (!options_.share.empty()) part = shared_part(options_.share, names, family.names);
      add(store_shards(source, names, family.names, part, options_.type, to, options_.progress));
      if (!options_.share.empty())
        stored.bytes -=
            share_tables(to, options_.share, from, target_ / to.lexically_relative(staging_));
    }
    mark(config, options_.type);
    write_text(to / kConfig, config.dump(2) + "\n");
  }

  void add(const checkpoint::Stored& one) {
    stored.tensors += one.tensors;
    stored.int8 += one.int8;
    stored.bytes += one.bytes;
  }

  const ConvertOptions& options_;
  fs::path staging_, target_;
};

void check_target(const fs::path& source, const fs::path& target) {
  const auto fail = [&](const char* what) {
    throw Error(Kind::usage, fmt::format("{}: {}; name a new directory", target.string(), what));
  };
  if (target.filename().empty()) fail("no name for a directory");
  const auto from = fs::weakly_canonical(source);
  if (target == from) fail("the model itself");
  const auto inside = std::ranges::mismatch(from, target);
  if (inside.in1 == from.end()) fail("inside of the model's directory");
  if (!fs::exists(target)) return;
  if (!fs::is_directory(target)) fail("is there and no directory");
  if (!fs::is_empty(target)) fail("is not empty");
}

}  // namespace

checkpoint::Stored convert(const fs::path& source, const fs::path& target,
                           const ConvertOptions& options) {
  try {
    fs::path named = fs::weakly_canonical(target);
    if (named.filename().empty()) named = named.parent_path();  // of a slash at the end
    check_target(source, named);
    Staging staging(named);
    Conversion conversion(options, staging.path(), named);
    conversion.folder(source, staging.path(), 0);
    if (!conversion.found)
      throw Error(Kind::model, source.string() +
                                   ": no config.json with a model_type; is it the "
                                   "directory of a model?");
    staging.commit();
    return conversion.stored;
  } catch (const fs::filesystem_error& error) {
    throw Error(Kind::io, error.what());
  }
}

}  // namespace nlp::model
