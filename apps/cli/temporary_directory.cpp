#include "cli/temporary_directory.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "cli/model_store.hpp"

namespace nlp::cli {

TemporaryDirectory::TemporaryDirectory() {
  const std::string folder = environment("TMPDIR").value_or("/tmp");
  std::string name = folder + "/nlp-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    throw Error(Kind::io, fmt::format("{}: no room for a temporary directory ({}); set TMPDIR",
                                      folder, std::strerror(errno)));
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace nlp::cli
