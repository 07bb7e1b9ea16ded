// The model store: the cache that Hugging Face's libraries share, as it lies on the disk.
//   models--ORG--NAME/blobs/ETAG              a file's bytes; ETAG: git's SHA-1, or SHA-256 (LFS)
//   models--ORG--NAME/refs/REVISION           the commit that a branch or a tag is at
//   models--ORG--NAME/snapshots/COMMIT/PATH   a relative link to a blob
//   models--ORG--NAME/.no_exist/COMMIT/PATH   known to be absent
//   models--ORG--NAME/trees/COMMIT.json       what huggingface_hub knows of the commit's files
//   .locks/models--ORG--NAME/ETAG.lock        held by who downloads the blob
// Source: huggingface_hub, "Understand caching" and file_download.py.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::store {

// ORG/NAME, or NAME alone, with the revision behind an `@`.
struct ModelName {
  std::string repository;
  std::string revision = "main";  // a branch, a tag or a commit
  bool has_revision = false;      // it was given

  // Absent where it cannot be the name of a model: both parts stay inside of the store.
  static std::optional<ModelName> parse(std::string_view given);
};

// A file of a snapshot.
struct StoredFile {
  std::string path;                    // in the snapshot, with slashes
  std::string blob;                    // the blob's name; empty: the file is no link
  std::optional<std::uint64_t> bytes;  // absent: the link leads nowhere
};

// A model at one commit.
struct Snapshot {
  std::string repository, commit;
  std::vector<std::string> refs;  // at this commit, in alphabetical order
  std::filesystem::path path;
  std::vector<StoredFile> files;  // in alphabetical order

  std::uint64_t bytes() const;
};

bool is_commit(std::string_view text);  // 40 hexadecimal digits

// Whether a path that others made up stays inside of the folder it is put into.
bool is_inner_path(std::string_view path);

// The folder of a model, CACHE/models--ORG--NAME.
std::filesystem::path folder_of(const std::filesystem::path& cache, std::string_view repository);

// The commit of a revision; absent where it is not known here.
std::optional<std::string> commit_of(const std::filesystem::path& cache, const ModelName& name);

// The folder of a model's snapshot; absent where there is none.
std::optional<std::filesystem::path> find_snapshot(const std::filesystem::path& cache,
                                                   std::string_view given);

// The models that the store has, in alphabetical order.
std::vector<std::string> repositories(const std::filesystem::path& cache);

// The snapshots of a model, by name of the commit.
std::vector<Snapshot> snapshots(const std::filesystem::path& cache, const std::string& repository);

}  // namespace nlp::store
