// Files of text that a command reads several times, stdin among them.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/temporary_file.hpp"

namespace nlp::cli {

class TextSources {
 public:
  // names: files, directories (all files below them), `-` for stdin, which is copied into a
  // temporary file as it has to be read again.
  // Throws as train::text_files(); Error{data} where stdin is empty or cannot be read, Error{io}
  // where it has no room, Error{usage} for a second `-`; NothingToRead where stdin is a terminal.
  explicit TextSources(const std::vector<std::string>& names);

  // All names as files, in order; valid as long as this lives.
  const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  std::unique_ptr<TemporaryFile> stdin_;
  std::vector<std::filesystem::path> files_;
};

}  // namespace nlp::cli
