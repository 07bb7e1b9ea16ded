#include "store/remove.hpp"

#include <fmt/format.h>

#include <set>
#include <span>

#include "base/error.hpp"

namespace nlp::store {
namespace {

namespace fs = std::filesystem;

// Bytes of all files in a folder, links not followed.
std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t sum = 0;
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored)) {
    std::error_code failed;
    if (!fs::is_regular_file(entry.symlink_status(failed))) continue;
    const auto bytes = fs::file_size(entry.path(), failed);
    if (!failed) sum += bytes;
  }
  return sum;
}

// Names go first, so that nobody finds what is half there; blobs last.
void add_revision(const fs::path& folder, const Snapshot& going, std::span<const Snapshot> all,
                  Removal& dst) {
  for (const std::string& ref : going.refs) dst.paths.push_back(folder / "refs" / ref);
  dst.paths.push_back(going.path);
  dst.paths.push_back(folder / ".no_exist" / going.commit);
  dst.paths.push_back(folder / "trees" / (going.commit + ".json"));
  std::set<std::string> kept;
  for (const Snapshot& other : all)
    if (other.commit != going.commit)
      for (const StoredFile& file : other.files) kept.insert(file.blob);
  std::set<std::string> seen;
  for (const StoredFile& file : going.files) {
    if (!file.bytes || !seen.insert(file.blob).second) continue;
    if (file.blob.empty()) {
      dst.bytes += *file.bytes;
    } else if (!kept.contains(file.blob)) {
      dst.paths.push_back(folder / "blobs" / file.blob);
      // A link into CACHE/blobs, which models share: huggingface_hub sweeps that.
      std::error_code ignored;
      if (!fs::is_symlink(dst.paths.back(), ignored)) dst.bytes += *file.bytes;
    }
  }
}

}  // namespace

Removal plan_removal(const fs::path& cache, const ModelName& name) {
  const fs::path folder = folder_of(cache, name.repository);
  auto all = snapshots(cache, name.repository);
  const auto commit = name.has_revision ? commit_of(cache, name) : std::nullopt;
  Removal removal;
  for (const Snapshot& snapshot : all)
    if (!name.has_revision || snapshot.commit == commit) removal.snapshots.push_back(snapshot);
  if (removal.snapshots.empty()) return removal;
  if (removal.snapshots.size() < all.size()) {
    add_revision(folder, removal.snapshots.front(), all, removal);
    return removal;
  }
  removal.bytes = bytes_below(folder);
  removal.paths = {folder / "refs", folder / "snapshots", folder,
                   cache / ".locks" / folder.filename()};
  return removal;
}

void remove(const Removal& removal) {
  for (const fs::path& path : removal.paths) {
    std::error_code failed;
    fs::remove_all(path, failed);
    if (failed)
      throw Error(Kind::io, fmt::format("{}: cannot be removed ({}); is it yours?", path.string(),
                                        failed.message()));
  }
}

}  // namespace nlp::store
