// A directory of packed files (packed_file.hpp): what one process prepared, the next one maps.
// Any number of processes may use it at once.  A file is written beside its place, by one process
// at a time, and then renamed; who has the old one mapped keeps it.  The directory belongs to this
// user alone: another's, or one that others may write to, is refused.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/byte_store.hpp"
#include "checkpoint/packed_file.hpp"

namespace nlp::checkpoint {

class PackedStore;

class PackedCache {
 public:
  // All files together; the one least recently used goes first.
  static constexpr std::uint64_t kLimit = std::uint64_t{4} << 30;

  // Opens the directory.  Throws Error{io} where it is not there or not safe to use.
  explicit PackedCache(const std::filesystem::path& directory, std::uint64_t limit = kLimit);
  // The same, but makes it where it is absent.
  static PackedCache make(const std::filesystem::path& directory, std::uint64_t limit = kLimit);

  PackedCache(PackedCache&& other) noexcept;
  PackedCache& operator=(PackedCache&& other) noexcept;
  ~PackedCache();

  struct File {
    std::string name;         // within the directory
    std::string key, origin;  // empty where the file is not whole
    std::uint64_t bytes = 0;
    std::int64_t used = 0;  // when, in seconds since 1970, to the hour
  };
  std::vector<File> files() const;  // the last used first

  // Removes files of this cache, whole or not, and nothing else; tells how many bytes they had.
  std::uint64_t remove_all() const;

  // Removes what is over the limit, and what writers that were killed have left.
  void trim() const;

  // What is kept under `key`; the cache outlives it.  `tell` is called with what -v shows.
  std::unique_ptr<PackedStore> store(std::string key, std::string origin,
                                     std::function<void(const std::string&)> tell) const;

 private:
  friend class PackedStore;
  PackedCache(int directory, const std::filesystem::path& path, std::uint64_t limit);

  int directory_ = -1;  // its descriptor
  std::filesystem::path path_;
  std::uint64_t limit_ = kLimit;
};

// Finds blobs in a file of the cache, or makes them in memory and then writes the file.
class PackedStore : public ByteStore {
 public:
  PackedStore(const PackedCache& cache, std::string key, std::string origin,
              std::function<void(const std::string&)> tell);
  ~PackedStore() override;  // waits for the file to be written

  std::optional<std::span<const std::byte>> find(std::string_view name, std::size_t bytes) override;
  std::span<std::byte> make(std::string_view name, std::size_t bytes) override;

  // Where anything was made, a thread writes the file.
  void finish() override;

 private:
  void open();
  std::string write() const;  // why it failed; empty: done

  const PackedCache& cache_;
  std::string key_, origin_, name_;
  std::function<void(const std::string&)> tell_;
  PackedHead head_;
  std::span<const std::byte> mapped_;  // the file that was found
  MemoryStore memory_;
  std::vector<PackedBlob> blobs_;  // found and made
  bool made_ = false;
  std::thread writer_;
};

}  // namespace nlp::checkpoint
