// A file without name that is gone with the process.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace nlp::cli {

class TemporaryFile {
 public:
  // In TMPDIR, else /tmp.  Throws Error{io}.
  TemporaryFile();
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void append(std::string_view bytes);
  // Puts bytes at a place of their own, whatever is there; by several threads.  A file is filled by
  // this or by append().
  void write_at(std::uint64_t offset, std::string_view bytes) const;
  // Reads `size` bytes from `offset` on; they must be there.
  void read(std::uint64_t offset, std::uint64_t size, std::string& dst);
  // A name by which this process can open what was appended, as long as this lives.
  std::filesystem::path path();

 private:
  void flush();

  std::string folder_;
  int descriptor_;
  std::string buffer_;
};

}  // namespace nlp::cli
