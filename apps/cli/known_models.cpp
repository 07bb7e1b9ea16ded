#include "cli/known_models.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hpp"

namespace nlp::cli {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kShortCommit = 10;  // digits

KnownModel shipped(const std::string& name, const fs::path& path) {
  KnownModel model{name, {name, "", {}, path, {}}, true};
  std::error_code absent;
  for (const auto& file : fs::recursive_directory_iterator(path, absent)) {
    std::error_code failed;
    const auto bytes = fs::file_size(file.path(), failed);
    if (!fs::is_directory(file.path(), failed))
      model.snapshot.files.push_back({file.path().lexically_relative(path), "", bytes});
  }
  std::ranges::sort(model.snapshot.files, {}, &store::StoredFile::path);
  return model;
}

}  // namespace

std::string KnownModel::full_name() const {
  const auto& refs = snapshot.refs;
  if (is_shipped || std::ranges::find(refs, "main") != refs.end()) return name;
  return fmt::format("{}@{}", name, refs.empty() ? snapshot.commit : refs.front());
}

std::string KnownModel::revision() const {
  if (is_shipped) return "shipped";
  const std::string commit = snapshot.commit.substr(0, kShortCommit);
  return snapshot.refs.empty() ? commit : fmt::format("{}", fmt::join(snapshot.refs, ","));
}

std::vector<KnownModel> known_models(const Environment& environment) {
  std::vector<KnownModel> models;
  const fs::path cache = hub_cache(environment);
  for (const auto& repository : store::repositories(cache))
    for (auto& snapshot : store::snapshots(cache, repository))
      models.push_back({repository, std::move(snapshot), false});
  for (const auto& name : shipped_models())
    if (const auto path = find_shipped(name)) models.push_back(shipped(name, *path));
  return models;
}

std::vector<store::Snapshot> stored_snapshots(const std::string& given,
                                              const Environment& environment) {
  const fs::path cache = hub_cache(environment);
  std::vector<store::Snapshot> found;
  if (const auto name = store::ModelName::parse(given)) {
    found = store::snapshots(cache, name->repository);
    if (name->has_revision) {
      const auto commit = store::commit_of(cache, *name);
      std::erase_if(found, [&](const auto& snapshot) { return snapshot.commit != commit; });
    }
  }
  if (found.empty())
    throw Error(Kind::model, fmt::format("{}: not in the store {}; nlp model list tells what is",
                                         given, cache.string()));
  return found;
}

}  // namespace nlp::cli
