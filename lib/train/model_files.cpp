#include "train/model_files.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/synced.hpp"
#include "base/tokenizer_file_names.hpp"

namespace nlp::train {

namespace fs = std::filesystem;

void begin_directory(const fs::path& source, const fs::path& directory) {
  try {
    fs::create_directories(directory);
    if (fs::weakly_canonical(source) == fs::weakly_canonical(directory)) return;
    for (const auto name : kTokenizerFiles) {
      if (!fs::exists(source / name)) {
        fs::remove(directory / name);  // of a model that was there before: it would be read first
        continue;
      }
      fs::copy_file(source / name, directory / name, fs::copy_options::overwrite_existing);
      fs::permissions(directory / name, fs::perms::owner_read | fs::perms::owner_write,
                      fs::perm_options::add);
      sync(directory / name);
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(Kind::io,
                fmt::format("{}: cannot be made ({})", directory.string(), error.code().message()));
  }
}

}  // namespace nlp::train
