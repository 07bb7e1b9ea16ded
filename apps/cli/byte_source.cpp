#include "cli/byte_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/error.hpp"
#include "cli/signals.hpp"

namespace nlp::cli {
namespace {
constexpr std::size_t kLargestChunk = 1 << 20;

[[noreturn]] void fail(const std::string& name, const char* what) {
  throw Error(Kind::data, fmt::format("{}: {}", name, what));
}
}  // namespace

Wakeup::Wakeup() : descriptor_(::eventfd(0, EFD_CLOEXEC)) {
  if (descriptor_ < 0) throw Error(Kind::io, std::string("eventfd: ") + std::strerror(errno));
}
Wakeup::~Wakeup() { ::close(descriptor_); }

void Wakeup::wake() {
  woken_.store(true);
  const std::uint64_t one = 1;
  while (::write(descriptor_, &one, sizeof one) < 0 && errno == EINTR) continue;
}

ByteSource::ByteSource(const std::string& file, const Wakeup& wakeup)
    : name_(file == "-" ? "stdin" : file), wakeup_(wakeup) {
  // A named pipe that nobody writes to yet is waited for in poll(), which can be woken.
  if (file != "-") descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0)
    fail(name_, (std::string("cannot be read (") + std::strerror(errno) + ")").c_str());
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0) fail(name_, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) fail(name_, "is a directory; name a file of texts");
}

ByteSource::~ByteSource() {
  if (descriptor_ > 0) ::close(descriptor_);
}

bool ByteSource::ready() const {
  struct pollfd wait = {descriptor_, POLLIN, 0};
  return ::poll(&wait, 1, 0) != 0;
}

bool ByteSource::read(std::string& buffer) {
  const std::size_t from = buffer.size();
  ssize_t got;
  do {
    struct pollfd wait[] = {{descriptor_, POLLIN, 0}, {wakeup_.descriptor(), POLLIN, 0}};
    while (::poll(wait, 2, -1) < 0) {
      if (errno != EINTR) fail(name_, std::strerror(errno));
      check_signals();
    }
    if (wakeup_.woken()) return false;
    buffer.resize(from + chunk_);
    got = ::read(descriptor_, buffer.data() + from, chunk_);
    buffer.resize(from + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  } while (got < 0 && (errno == EINTR || errno == EAGAIN));
  if (got < 0) fail(name_, (std::string("cannot be read (") + std::strerror(errno) + ")").c_str());
  if (static_cast<std::size_t>(got) == chunk_) chunk_ = std::min(2 * chunk_, kLargestChunk);
  return got > 0;
}

}  // namespace nlp::cli
