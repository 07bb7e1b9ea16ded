#include "checkpoint/packed_cache.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "base/error.hpp"

namespace nlp::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".packed";
constexpr std::string_view kUnfinished = ".packed.tmp";
constexpr std::size_t kDigits = 16;  // of a name before its ending

bool is_hash(std::string_view digits) {
  return digits.size() == kDigits &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}
bool is_unfinished(std::string_view name) {
  return name.ends_with(kUnfinished) && is_hash(name.substr(0, name.size() - kUnfinished.size()));
}
bool is_ours(std::string_view name) {
  return is_unfinished(name) ||
         (name.ends_with(kEnding) && is_hash(name.substr(0, name.size() - kEnding.size())));
}

[[noreturn]] void fail(const fs::path& path, const std::string& why) {
  throw Error(Kind::io, fmt::format("{}: no cache of packed weights ({}); NLP_CACHE names another "
                                    "directory",
                                    path.string(), why));
}

// The names of this cache's files.
std::vector<std::string> names_in(int directory) {
  std::vector<std::string> names;
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = copy < 0 ? nullptr : ::fdopendir(copy);
  if (stream == nullptr) {
    if (copy >= 0) ::close(copy);
    return names;
  }
  while (const dirent* entry = ::readdir(stream))
    if (is_ours(entry->d_name)) names.emplace_back(entry->d_name);
  ::closedir(stream);
  return names;
}

// Whether nobody writes this file: its writer holds a lock as long as it lives.
bool is_abandoned(int directory, const std::string& name) {
  const int file = ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return false;
  const bool abandoned = ::flock(file, LOCK_EX | LOCK_NB) == 0;
  ::close(file);
  return abandoned;
}

}  // namespace

PackedCache::PackedCache(int directory, const fs::path& path, std::uint64_t limit)
    : directory_(directory), path_(path), limit_(limit) {}

PackedCache::PackedCache(const fs::path& directory, std::uint64_t limit)
    : PackedCache(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), directory, limit) {
  if (directory_ < 0) fail(path_, std::strerror(errno));
  struct stat status {};
  if (::fstat(directory_, &status) != 0) fail(path_, std::strerror(errno));
  if (status.st_uid != ::geteuid()) fail(path_, "it belongs to another user");
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) fail(path_, "others may write to it");
}

PackedCache PackedCache::make(const fs::path& directory, std::uint64_t limit) {
  std::error_code error;
  if (directory.has_parent_path()) fs::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    fail(directory, std::strerror(errno));
  return PackedCache(directory, limit);
}

PackedCache::PackedCache(PackedCache&& other) noexcept
    : directory_(std::exchange(other.directory_, -1)),
      path_(std::move(other.path_)),
      limit_(other.limit_) {}

PackedCache& PackedCache::operator=(PackedCache&& other) noexcept {
  std::swap(directory_, other.directory_);
  std::swap(path_, other.path_);
  std::swap(limit_, other.limit_);
  return *this;
}

PackedCache::~PackedCache() {
  if (directory_ >= 0) ::close(directory_);
}

std::vector<PackedCache::File> PackedCache::files() const {
  std::vector<File> files;
  for (const std::string& name : names_in(directory_)) {
    File found{.name = name, .key = {}, .origin = {}};
    struct stat status {};
    if (::fstatat(directory_, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    found.bytes = static_cast<std::uint64_t>(status.st_size);
    found.used = status.st_mtim.tv_sec;
    if (const int file = ::openat(directory_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        file >= 0) {
      if (auto head = is_unfinished(name) ? std::nullopt : read_packed_head(file)) {
        found.key = std::move(head->key);
        found.origin = std::move(head->origin);
      }
      ::close(file);
    }
    files.push_back(std::move(found));
  }
  std::ranges::sort(files, [](const File& left, const File& right) {
    return std::pair(-left.used, std::string_view(left.name)) <
           std::pair(-right.used, std::string_view(right.name));
  });
  return files;
}

std::uint64_t PackedCache::remove_all() const {
  std::uint64_t bytes = 0;
  for (const File& file : files())
    if (::unlinkat(directory_, file.name.c_str(), 0) == 0) bytes += file.bytes;
  return bytes;
}

void PackedCache::trim() const {
  std::uint64_t bytes = 0;
  for (const File& file : files()) {
    if (is_unfinished(file.name)) {
      if (is_abandoned(directory_, file.name)) ::unlinkat(directory_, file.name.c_str(), 0);
      continue;
    }
    bytes += file.bytes;
    if (bytes > limit_ && ::unlinkat(directory_, file.name.c_str(), 0) == 0) bytes -= file.bytes;
  }
}

std::unique_ptr<PackedStore> PackedCache::store(
    std::string key, std::string origin, std::function<void(const std::string&)> tell) const {
  return std::make_unique<PackedStore>(*this, std::move(key), std::move(origin), std::move(tell));
}

}  // namespace nlp::checkpoint
