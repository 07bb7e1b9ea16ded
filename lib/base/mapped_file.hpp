// A file mapped for reading.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

namespace nlp {

class MappedFile {
 public:
  // Throws Error{model} naming the path when it cannot be opened or is no regular file.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }

  // The file as it was when it was mapped: whatever changes its contents changes one of these.
  // Times in nanoseconds since 1970.
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t modified = 0;  // what was last written
    std::int64_t changed = 0;   // as before, or its name, owner or times: nobody can set this one
    std::int64_t opened = 0;    // now
  };
  const Stamp& stamp() const { return stamp_; }

  // Where `part` begins in the file; absent where it is no part of it.
  std::optional<std::size_t> offset_of(std::span<const std::byte> part) const;

  // Takes the pages that lie within `part` out of memory, wherever in the file it lies; the next
  // look at them reads the file again.  What is no part of the file is left alone.
  void forget(std::span<const std::byte> part) const;

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  Stamp stamp_;
};

}  // namespace nlp
