#include "store/pull.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/error.hpp"
#include "base/synced.hpp"
#include "store/download.hpp"

namespace nlp::store {
namespace {

namespace fs = std::filesystem;

// Tools that make backups leave out what has this.  Source: bford.info/cachedir.
constexpr const char* kTag = "CACHEDIR.TAG";
constexpr const char* kTagText =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# Models from a hub: they can be fetched again.\n"
    "# See https://bford.info/cachedir/\n";

[[noreturn]] void fail(const fs::path& path, const std::error_code& error) {
  throw Error(Kind::io, fmt::format("{}: cannot be written ({}); is the store yours?",
                                    path.string(), error.message()));
}

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) fail(folder, failed);
}

void write_text(const fs::path& file, const std::string& text) {
  make_folder(file.parent_path());
  write_synced(file, text);
}

// Puts a blob of the folder into the snapshot, under its path.
void place(const fs::path& blobs, const Blob& blob, const fs::path& snapshot,
           const std::string& path, bool links) {
  const fs::path file = snapshot / path, from = blobs / blob.name;
  make_folder(file.parent_path());
  const fs::path target = from.lexically_relative(file.parent_path());
  std::error_code failed;
  if (fs::is_symlink(file, failed) && fs::read_symlink(file, failed) == target) return;
  const fs::path fresh = name_beside(file);
  failed.clear();
  if (links) fs::create_symlink(target, fresh, failed);
  // As huggingface_hub does where there are no links: the file itself moves, or a copy where other
  // snapshots may have links to it.
  if ((!links || failed) && blob.is_new) return rename_synced(from, file);
  if (!links || failed) {
    failed.clear();
    fs::copy_file(from, fresh, failed);
    if (failed) fail(fresh, failed);
    sync(fresh);
  }
  rename_synced(fresh, file);
}

bool is_whole(const fs::path& file, const RemoteFile& remote) {
  std::error_code absent;
  const auto bytes = fs::file_size(file, absent);
  return !absent && (!remote.bytes || bytes == *remote.bytes);
}

}  // namespace

std::uint64_t PullPlan::bytes() const {
  std::uint64_t sum = 0;
  for (const RemoteFile& file : files) sum += file.bytes.value_or(0);
  return sum;
}

PullPlan plan_pull(Hub& hub, const ModelName& name, const Patterns& patterns) {
  const RemoteModel model = hub.model(name);
  std::vector<std::string> paths;
  for (const RemoteFile& file : model.files) paths.push_back(file.path);
  PullPlan plan{name, model.commit, {}};
  std::vector<std::string> chosen;
  try {
    chosen = select_files(paths, patterns, [&](const std::string& path) {
      return hub.text(name.repository, model.commit, path);
    });
  } catch (const Error& error) {
    if (error.kind() != Kind::model) throw;
    throw error.at(name.repository);
  }
  std::ranges::copy_if(model.files, std::back_inserter(plan.files), [&](const RemoteFile& file) {
    return std::ranges::find(chosen, file.path) != chosen.end();
  });
  return plan;
}

fs::path pull(Hub& hub, const PullPlan& plan, const PullOptions& options) {
  const std::string& repository = plan.name.repository;
  const fs::path folder = folder_of(options.cache, repository);
  const fs::path snapshot = folder / "snapshots" / plan.commit;
  PullProgress progress{.path = {}, .file = 0, .files = plan.files.size()};
  for (const RemoteFile& file : plan.files) {
    ++progress.file;
    if (is_whole(snapshot / file.path, file)) continue;
    if (std::error_code absent; !fs::exists(options.cache / kTag, absent))
      write_text(options.cache / kTag, kTagText);
    progress.path = file.path;
    progress.bytes = 0;
    progress.total = file.bytes.value_or(0);
    const Blob blob = download(hub, {options.cache, repository, plan.commit}, file.path,
                               [&](std::uint64_t bytes, std::uint64_t total) {
                                 progress.bytes = bytes;
                                 if (total > 0) progress.total = total;
                                 options.progress(progress);
                               });
    place(folder / "blobs", blob, snapshot, file.path, options.links);
  }
  if (!is_commit(plan.name.revision) && commit_of(options.cache, plan.name) != plan.commit)
    write_text(folder / "refs" / plan.name.revision, plan.commit);
  return snapshot;
}

}  // namespace nlp::store
