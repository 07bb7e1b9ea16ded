// A corpus cut into chunks that can be read in any order, each by itself.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace nlp::train {

// Each file is divided into parts of `chunk_bytes`; a part's border is then moved forward to the
// next begin of a line, where none is near to the one behind a space, else to the next code point.
// So every byte is in one chunk, a chunk has less than 2 chunk_bytes, and where it lies is found by
// looking at the bytes around it alone.
class Chunks {
 public:
  // Looks at the sizes of the files, not at their text.
  // Throws Error{data} for a file that cannot be read; Error{internal} for chunk_bytes < 8.
  Chunks(std::vector<std::filesystem::path> files, std::uint64_t chunk_bytes);

  std::uint32_t count() const { return first_.back(); }
  std::uint64_t bytes() const { return bytes_; }  // of all files
  // Bytes of the part that chunk `index` is made of; over all chunks they add up to bytes().
  std::uint64_t size(std::uint32_t index) const;

  // The text of chunk `index`, as it is in the file.  From any thread.
  // Throws Error{data} where the file cannot be read or has another size than before.
  std::string read(std::uint32_t index) const;

 private:
  std::size_t file_of(std::uint32_t index) const;

  std::vector<std::filesystem::path> files_;
  std::vector<std::uint64_t> sizes_;
  std::vector<std::uint32_t> first_ = {0};  // [files + 1]: the first chunk of each file
  std::uint64_t chunk_bytes_;
  std::uint64_t bytes_ = 0;
};

}  // namespace nlp::train
