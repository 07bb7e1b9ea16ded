// A directory for files that other code makes and opens by their names.
#pragma once
#include <filesystem>

namespace nlp::cli {

class TemporaryDirectory {
 public:
  // In TMPDIR, else /tmp; for this user alone.  Throws Error{io}.
  TemporaryDirectory();
  ~TemporaryDirectory();  // removes it with all that is in it
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace nlp::cli
