#include "base/mapped_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <functional>
#include <utility>

#include "base/error.hpp"

namespace nlp {
namespace {
std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}
}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const auto fail = [&](const char* what) {
    throw Error(Kind::model,
                fmt::format("{}: cannot be {} ({})", path.string(), what, std::strerror(errno)));
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail("opened");
  struct stat status {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(file);
    throw Error(Kind::model, fmt::format("{}: not a regular file", path.string()));
  }
  size_ = static_cast<std::size_t>(status.st_size);
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  stamp_ = {static_cast<std::uint64_t>(status.st_ino), nanoseconds(status.st_mtim),
            nanoseconds(status.st_ctim), nanoseconds(now)};
  if (size_ > 0) {
    void* memory = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    if (memory == MAP_FAILED) {
      ::close(file);
      fail("mapped");
    }
    data_ = static_cast<const std::byte*>(memory);
  }
  ::close(file);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      stamp_(other.stamp_) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(stamp_, other.stamp_);
  return *this;
}

std::optional<std::size_t> MappedFile::offset_of(std::span<const std::byte> part) const {
  const std::less<const std::byte*> before;
  if (part.empty() || before(part.data(), data_) ||
      before(data_ + size_, part.data() + part.size()))
    return std::nullopt;
  return static_cast<std::size_t>(part.data() - data_);
}

void MappedFile::forget(std::span<const std::byte> part) const {
  const auto from = offset_of(part);
  if (!from) return;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t first = (*from + page - 1) / page * page;
  const std::size_t last = (*from + part.size()) / page * page;
  if (first < last) ::madvise(const_cast<std::byte*>(data_) + first, last - first, MADV_DONTNEED);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace nlp
