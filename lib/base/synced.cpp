#include "base/synced.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.hpp"

namespace nlp {
namespace {
[[noreturn]] void fail(const std::filesystem::path& path, const char* what, int error) {
  throw Error(Kind::io, fmt::format("{}: {} ({})", path.string(), what, std::strerror(error)));
}
}  // namespace

void sync(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path, "cannot be written to disk", errno);
  const int error = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  // Some file systems cannot sync a folder.
  if (error != 0 && error != EINVAL) fail(path, "cannot be written to disk", error);
}

void rename_synced(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    const int error = errno;
    std::error_code ignored;
    std::filesystem::remove_all(from, ignored);
    fail(to, "cannot be put in its place", error);
  }
  const auto folder = to.parent_path();
  sync(folder.empty() ? "." : folder);
}

}  // namespace nlp
