#include "store/cache.hpp"

#include <algorithm>
#include <fstream>
#include <map>

namespace nlp::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kModels = "models--";
constexpr std::string_view kBetween = "--";

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string first_word(const fs::path& file) {
  std::ifstream in(file);
  std::string word;
  in >> word;
  return word;
}

// Of each commit the revisions that are at it.
std::multimap<std::string, std::string> read_refs(const fs::path& folder) {
  std::multimap<std::string, std::string> refs;
  const fs::path top = folder / "refs";
  std::error_code absent;
  for (fs::recursive_directory_iterator at(top, absent), end; at != end; at.increment(absent)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored))
      refs.emplace(first_word(at->path()), at->path().lexically_relative(top).string());
    if (absent) break;
  }
  return refs;
}

StoredFile read_file(const fs::path& file, const fs::path& snapshot) {
  StoredFile read{file.lexically_relative(snapshot).generic_string(), "", std::nullopt};
  std::error_code failed;
  if (fs::is_symlink(file, failed)) {
    const fs::path target = fs::read_symlink(file, failed);
    const std::string name = target.filename();
    if (target.parent_path().filename() == "blobs" && is_inner_path(name)) read.blob = name;
  }
  const auto bytes = fs::file_size(file, failed);
  if (!failed) read.bytes = bytes;
  return read;
}

}  // namespace

std::optional<ModelName> ModelName::parse(std::string_view given) {
  const auto at = given.find('@');
  ModelName name;
  name.repository = given.substr(0, at);
  if (at != std::string_view::npos) {
    name.revision = given.substr(at + 1);
    name.has_revision = true;
  }
  const auto slashes = std::ranges::count(name.repository, '/');
  if (slashes > 1 || !is_inner_path(name.repository) || name.repository.front() == '.' ||
      name.repository.find("..") != std::string::npos || !is_inner_path(name.revision))
    return std::nullopt;
  return name;
}

std::uint64_t Snapshot::bytes() const {
  std::uint64_t sum = 0;
  for (const StoredFile& file : files) sum += file.bytes.value_or(0);
  return sum;
}

bool is_commit(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_inner_path(std::string_view path) {
  while (true) {
    const auto slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == ".." || part.find('\\') != std::string_view::npos ||
        std::ranges::any_of(part, [](unsigned char c) { return c < ' ' || c == 0x7F; }))
      return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

fs::path folder_of(const fs::path& cache, std::string_view repository) {
  return cache / (std::string(kModels) + replaced(std::string(repository), "/", kBetween));
}

std::optional<std::string> commit_of(const fs::path& cache, const ModelName& name) {
  if (is_commit(name.revision)) return name.revision;
  std::string commit = first_word(folder_of(cache, name.repository) / "refs" / name.revision);
  return is_commit(commit) ? std::optional(std::move(commit)) : std::nullopt;
}

std::optional<fs::path> find_snapshot(const fs::path& cache, std::string_view given) {
  const auto name = ModelName::parse(given);
  const auto commit = name ? commit_of(cache, *name) : std::nullopt;
  if (!commit) return std::nullopt;
  fs::path snapshot = folder_of(cache, name->repository) / "snapshots" / *commit;
  return is_folder(snapshot) ? std::optional(std::move(snapshot)) : std::nullopt;
}

std::vector<std::string> repositories(const fs::path& cache) {
  std::vector<std::string> found;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(cache, absent)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(kModels) && is_folder(entry.path() / "snapshots"))
      found.push_back(replaced(name.substr(kModels.size()), kBetween, "/"));
  }
  std::ranges::sort(found);
  return found;
}

std::vector<Snapshot> snapshots(const fs::path& cache, const std::string& repository) {
  const fs::path folder = folder_of(cache, repository);
  const auto refs = read_refs(folder);
  std::vector<Snapshot> found;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder / "snapshots", absent)) {
    if (!is_folder(entry.path())) continue;
    Snapshot snapshot{repository, entry.path().filename(), {}, entry.path(), {}};
    const auto [from, to] = refs.equal_range(snapshot.commit);
    for (auto ref = from; ref != to; ++ref) snapshot.refs.push_back(ref->second);
    std::ranges::sort(snapshot.refs);
    for (const auto& file : fs::recursive_directory_iterator(entry.path(), absent))
      if (!fs::is_directory(file.symlink_status()))
        snapshot.files.push_back(read_file(file.path(), entry.path()));
    std::ranges::sort(snapshot.files, {}, &StoredFile::path);
    found.push_back(std::move(snapshot));
  }
  std::ranges::sort(found, {}, &Snapshot::commit);
  return found;
}

}  // namespace nlp::store
