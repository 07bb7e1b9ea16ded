// What the targets share.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace nlp::fuzz {

inline void require(bool condition) {
  if (!condition) std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Runs `body`; an Error of one of `kinds` is a right answer, any other one a finding.
template <class Body>
void allow(std::initializer_list<Kind> kinds, const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    for (const Kind kind : kinds)
      if (error.kind() == kind) return;
    throw;
  }
}

// A directory of this process with one file in it, written anew for each input.
class OneFile {
 public:
  explicit OneFile(const std::string& name) {
    std::string path = (std::filesystem::temp_directory_path() / "nlp-fuzz-XXXXXX").string();
    require(::mkdtemp(path.data()) != nullptr);
    directory_ = path;
    file_ = directory_ / name;
  }
  ~OneFile() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  OneFile(const OneFile&) = delete;
  OneFile& operator=(const OneFile&) = delete;

  const std::filesystem::path& write(std::string_view bytes) const {
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << bytes;
    return directory_;
  }

 private:
  std::filesystem::path directory_, file_;
};

}  // namespace nlp::fuzz
