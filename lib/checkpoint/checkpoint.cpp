#include "checkpoint/checkpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/mapped_file.hpp"
#include "base/nearest.hpp"
#include "checkpoint/safetensors.hpp"

namespace nlp::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWrapper = "module.";
constexpr std::pair<std::string_view, std::string_view> kOldEndings[] = {
    {"LayerNorm.gamma", "LayerNorm.weight"},
    {"LayerNorm.beta", "LayerNorm.bias"},
};

std::string name_today(std::string name) {
  if (name.starts_with(kWrapper)) name.erase(0, kWrapper.size());
  for (const auto& [old, today] : kOldEndings)
    if (name.ends_with(old)) name.replace(name.size() - old.size(), old.size(), today);
  return name;
}

// The file names of an index, each once, with the tensors it is said to hold.
std::map<std::string, std::vector<std::string>> read_index(const fs::path& file) {
  const Json index = read_json(file);
  const auto found = index.is_object() ? index.find("weight_map") : index.end();
  if (found == index.end() || !found->is_object())
    throw Error(Kind::model, file.string() + ": weight_map is missing or no object");
  std::map<std::string, std::vector<std::string>> shards;
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

}  // namespace

struct Checkpoint::Files {
  fs::path path;
  std::vector<MappedFile> mapped;
  Tensors tensors;

  void read(const fs::path& file, const std::vector<std::string>& promised) {
    mapped.emplace_back(file);
    Tensors found = parse_safetensors(mapped.back().bytes(), file.string());
    for (const std::string& name : promised)
      if (!found.contains(name))
        throw Error(Kind::model, fmt::format("{}: no tensor {}, which the index says is there",
                                             file.string(), name));
    for (auto& [name, view] : found)
      if (!tensors.emplace(name_today(name), std::move(view)).second)
        throw Error(Kind::model, fmt::format("{}: the tensor {} is there twice", file.string(),
                                             name_today(name)));
  }
};

Checkpoint::Checkpoint(std::unique_ptr<Files> files) : files_(std::move(files)) {}
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

Checkpoint Checkpoint::open(const fs::path& directory) {
  std::error_code unknown;  // a path that cannot even be looked up is not there
  if (!fs::is_directory(directory, unknown))
    throw Error(Kind::model, directory.string() + ": no such directory; is the path right?");
  auto files = std::make_unique<Files>();
  files->path = directory;
  const auto single = directory / "model.safetensors";
  const auto index = directory / "model.safetensors.index.json";
  if (fs::exists(single, unknown)) {
    files->read(single, {});
  } else if (fs::exists(index, unknown)) {
    for (const auto& [shard, names] : read_index(index)) files->read(directory / shard, names);
  } else if (fs::exists(directory / "pytorch_model.bin", unknown)) {
    throw Error(Kind::model,
                fmt::format("{}: pytorch_model.bin is not read yet (expected model.safetensors); "
                            "save the checkpoint as safetensors",
                            directory.string()));
  } else {
    throw Error(Kind::model, fmt::format("{}: no weights (expected model.safetensors or "
                                         "model.safetensors.index.json)",
                                         directory.string()));
  }
  return Checkpoint(std::move(files));
}

const tensor::TensorView* Checkpoint::find(std::string_view name) const {
  const auto found = files_->tensors.find(name);
  return found == files_->tensors.end() ? nullptr : &found->second;
}

const tensor::TensorView& Checkpoint::require(std::string_view name,
                                              const tensor::Shape& shape) const {
  const tensor::TensorView* view = find(name);
  if (!view) {
    constexpr std::size_t kSuggestions = 3;
    throw Error(Kind::model,
                fmt::format("{}: no tensor {}; nearest: {}", files_->path.string(), name,
                            fmt::join(nearest(name, names(), kSuggestions), ", ")));
  }
  if (view->shape != shape)
    throw Error(Kind::model,
                fmt::format("{}: {}: shape (expected {}, got {}); does config.json belong to it?",
                            files_->path.string(), name, tensor::to_string(shape),
                            tensor::to_string(view->shape)));
  return *view;
}

std::vector<std::string_view> Checkpoint::names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, view] : files_->tensors) names.push_back(name);
  return names;
}

const fs::path& Checkpoint::path() const { return files_->path; }

}  // namespace nlp::checkpoint
