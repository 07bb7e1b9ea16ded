// A file mapped for reading.
#pragma once
#include <cstddef>
#include <filesystem>
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

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace nlp
