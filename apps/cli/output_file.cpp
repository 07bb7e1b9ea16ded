#include "cli/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "cli/signals.hpp"

namespace nlp::cli {
namespace {
constexpr std::size_t kBuffer = 1 << 16;

[[noreturn]] void fail(const std::string& path, const char* what, int error) {
  throw Error(Kind::io, fmt::format("{}: {} ({})", path, what, std::strerror(error)));
}

// Where a link leads, so that the file changes and not the link.
std::string follow(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::path followed = path;
  constexpr int kMostLinks = 40;  // of a chain; the last may lead to what is not there yet
  for (int k = 0; k < kMostLinks && fs::is_symlink(fs::symlink_status(followed, ignored)); ++k)
    followed = followed.parent_path() / fs::read_symlink(followed, ignored);
  return followed.string();
}
}  // namespace

OutputFile::OutputFile(const std::string& path) : path_(path.empty() ? "stdout" : path) {
  if (path.empty()) return;
  struct stat status = {};
  const bool there = ::stat(path.c_str(), &status) == 0;
  if (there && !S_ISREG(status.st_mode)) {
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail(path, "cannot be written", errno);
    return;
  }
  target_ = follow(path);
  const std::string temporary = target_ + ".tmp";
  const mode_t mode = there ? status.st_mode & 0777 : 0666;
  remove_on_signal(temporary);
  descriptor_ = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (descriptor_ < 0) {
    const int error = errno;
    remove_on_signal("");
    fail(temporary, "cannot be written", error);
  }
  temporary_ = temporary;
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) {
    ::unlink(temporary_.c_str());
    remove_on_signal("");
  }
  if (descriptor_ > 2) ::close(descriptor_);
}

void OutputFile::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBuffer) {
    flush();
    if (bytes.size() >= kBuffer) return write_now(bytes);
  }
  buffer_ += bytes;
}

void OutputFile::write(std::span<const float> values) {
  write(std::string_view(reinterpret_cast<const char*>(values.data()), values.size_bytes()));
}

void OutputFile::flush() {
  write_now(buffer_);
  buffer_.clear();
}

void OutputFile::write_now(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      throw ClosedPipe();
    } else if (errno != EINTR) {
      fail(path_, "cannot be written", errno);
    }
  }
}

void OutputFile::commit() {
  flush();
  if (descriptor_ == 1) return;  // closed by the system, which has all of it
  const int closed = ::close(descriptor_);
  descriptor_ = 1;
  if (closed != 0) fail(path_, "cannot be written", errno);
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0)
    fail(path_, "cannot be put in its place", errno);
  temporary_.clear();
  remove_on_signal("");
}

}  // namespace nlp::cli
