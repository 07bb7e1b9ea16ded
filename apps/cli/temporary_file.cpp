#include "cli/temporary_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "cli/model_store.hpp"

namespace nlp::cli {
namespace {
constexpr std::size_t kTemporaryBuffer = 1 << 20;

[[noreturn]] void fail(const std::string& folder) {
  throw Error(Kind::io, fmt::format("{}: no room for a temporary file ({}); set TMPDIR", folder,
                                    std::strerror(errno)));
}
}  // namespace

TemporaryFile::TemporaryFile() : folder_(environment("TMPDIR").value_or("/tmp")) {
  std::string name = folder_ + "/nlp-XXXXXX";
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0) fail(folder_);
  ::unlink(name.c_str());
}

TemporaryFile::~TemporaryFile() { ::close(descriptor_); }

void TemporaryFile::append(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= kTemporaryBuffer) flush();
}

void TemporaryFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(folder_);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

void TemporaryFile::write_at(std::uint64_t offset, std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(folder_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

void TemporaryFile::read(std::uint64_t offset, std::uint64_t size, std::string& dst) {
  flush();
  dst.resize(size);
  for (std::size_t done = 0; done < size;) {
    const ssize_t got =
        ::pread(descriptor_, dst.data() + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail(folder_);
    done += static_cast<std::size_t>(got);
  }
}

std::filesystem::path TemporaryFile::path() {
  flush();
  return fmt::format("/proc/self/fd/{}", descriptor_);
}

}  // namespace nlp::cli
