// The store of one file of a PackedCache.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <system_error>
#include <utility>

#include "checkpoint/packed_cache.hpp"

namespace nlp::checkpoint {
namespace {

constexpr std::int64_t kHour = 3600;  // how often the time of use is written down

// FNV-1a.  Two keys of one name would only take turns: the file tells its key.
std::string name_of(std::string_view key) {
  std::uint64_t value = 0xcbf29ce484222325u;
  for (const char c : key) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return fmt::format("{:016x}.packed", value);
}

// A file that is closed when it is left.
class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  ~Descriptor() {
    if (file_ >= 0) ::close(file_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return file_; }

 private:
  int file_;
};

// Whether `name` is still the file that is open.
bool is_at(int directory, const std::string& name, int file) {
  struct stat open {
  }, there{};
  return ::fstat(file, &open) == 0 &&
         ::fstatat(directory, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
         open.st_ino == there.st_ino && open.st_dev == there.st_dev;
}

}  // namespace

PackedStore::PackedStore(const PackedCache& cache, std::string key, std::string origin,
                         std::function<void(const std::string&)> tell)
    : cache_(cache),
      key_(std::move(key)),
      origin_(std::move(origin)),
      name_(name_of(key_)),
      tell_(std::move(tell)) {
  open();
}

PackedStore::~PackedStore() {
  if (writer_.joinable()) writer_.join();
  if (!mapped_.empty()) ::munmap(const_cast<std::byte*>(mapped_.data()), mapped_.size());
}

void PackedStore::open() {
  const Descriptor file(
      ::openat(cache_.directory_, name_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0 || status.st_uid != ::geteuid() ||
      (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return;
  auto head = read_packed_head(file.get());
  if (!head || head->key != key_) return;
  // Plain faults are the cheapest way to such a file: the kernel maps around each of them.
  const auto size = static_cast<std::size_t>(status.st_size);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (memory == MAP_FAILED) return;
  mapped_ = {static_cast<const std::byte*>(memory), size};
  head_ = std::move(*head);
  if (status.st_mtim.tv_sec + kHour < std::time(nullptr)) ::futimens(file.get(), nullptr);
}

std::optional<std::span<const std::byte>> PackedStore::find(std::string_view name,
                                                            std::size_t bytes) {
  // Two layers may share their weights.
  for (const PackedBlob& blob : blobs_)
    if (blob.name == name && blob.bytes.size() == bytes) return blob.bytes;
  const auto found = head_.blobs.find(name);
  if (found == head_.blobs.end() || found->second.size != bytes) return std::nullopt;
  const auto blob = mapped_.subspan(found->second.offset, bytes);
  blobs_.push_back({std::string(name), blob});
  return blob;
}

std::span<std::byte> PackedStore::make(std::string_view name, std::size_t bytes) {
  const auto blob = memory_.make(name, bytes);
  blobs_.push_back({std::string(name), blob});
  made_ = true;
  return blob;
}

void PackedStore::finish() {
  if (!made_) return;
  made_ = false;
  const auto keep = [this] {
    const std::string failure = write();
    if (tell_)
      tell_(failure.empty()
                ? fmt::format("{}: packed weights kept for the next start",
                              (cache_.path_ / name_).string())
                : fmt::format("{}: packed weights not kept: {}", cache_.path_.string(), failure));
  };
  try {
    writer_ = std::thread(keep);
  } catch (const std::system_error&) {  // no room for a thread, so none for a cache
  }
}

std::string PackedStore::write() const {
  const std::uint64_t size = packed_size(key_, origin_, blobs_);
  if (size > cache_.limit_) return "more than the whole cache may hold";
  struct statvfs disk {};
  if (::fstatvfs(cache_.directory_, &disk) == 0 &&
      size > disk.f_bavail * static_cast<std::uint64_t>(disk.f_frsize) / 2)
    return "they would fill half of the disk that is left";
  const std::string unfinished = name_ + ".tmp";
  const auto remove = [&] { ::unlinkat(cache_.directory_, unfinished.c_str(), 0); };
  const Descriptor file(::openat(cache_.directory_, unfinished.c_str(),
                                 O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                                 S_IRUSR | S_IWUSR));
  if (file.get() < 0) return std::strerror(errno);
  // One writer at a time, told by a lock that ends with it.  Who finds an old file without its
  // writer goes on in it.
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return "another process is at it";
  if (!is_at(cache_.directory_, unfinished, file.get())) return "another process was quicker";
  if (::ftruncate(file.get(), 0) != 0) return std::strerror(errno);
  errno = 0;
  if (!write_packed(file.get(), key_, origin_, blobs_)) {
    const int error = errno;
    remove();
    return error != 0 ? std::strerror(error) : "the system refuses a file of this size";
  }
  if (!is_at(cache_.directory_, unfinished, file.get())) return "the cache was removed meanwhile";
  if (::renameat(cache_.directory_, unfinished.c_str(), cache_.directory_, name_.c_str()) != 0) {
    const int error = errno;
    remove();
    return std::strerror(error);
  }
  cache_.trim();
  return "";
}

}  // namespace nlp::checkpoint
