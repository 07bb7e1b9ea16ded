#include "base/synced.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

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

std::filesystem::path name_beside(const std::filesystem::path& file) {
  static std::atomic<unsigned> count{0};
  return file.parent_path() /
         fmt::format(".{}.{}.{}.tmp", file.filename().string(), ::getpid(), ++count);
}

void write_synced(const std::filesystem::path& file, std::string_view text) {
  const auto fresh = name_beside(file);
  try {
    std::ofstream out(fresh, std::ios::binary);
    out << text;
    out.close();
    if (!out) fail(file, "cannot be written", errno);
    sync(fresh);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(fresh, ignored);
    throw;
  }
  rename_synced(fresh, file);
}

}  // namespace nlp
