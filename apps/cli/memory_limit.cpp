#include "cli/memory_limit.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace nlp::cli {
namespace {
std::uint64_t most_bytes = 0;
std::uint64_t page_bytes = 0;

// What the kernel counts against the limit: the sixth number of statm.  Only calls that a signal
// handler may make.
std::uint64_t used_bytes() {
  std::array<char, 128> text{};
  const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t size = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  std::uint64_t pages = 0;
  int number = 1;
  for (ssize_t k = 0; k < size && number <= 6; ++k) {
    if (text[static_cast<std::size_t>(k)] == ' ')
      ++number;
    else if (number == 6)
      pages = pages * 10 + static_cast<std::uint64_t>(text[static_cast<std::size_t>(k)] - '0');
  }
  return pages * page_bytes;
}

void on_invalid_access(int signal) {
  constexpr std::uint64_t kNear = 8 << 20;
  constexpr std::string_view kMessage = "nlp: out of memory; allow more than --max-memory does\n";
  if (used_bytes() + kNear >= most_bytes) {
    if (::write(STDERR_FILENO, kMessage.data(), kMessage.size()) < 0) ::_exit(6);
    ::_exit(6);
  }
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}
}  // namespace

void limit_memory(std::uint64_t bytes) {
  struct rlimit limit = {};
  bool done = ::getrlimit(RLIMIT_DATA, &limit) == 0;
  if (done) {
    limit.rlim_cur = std::min<rlim_t>(bytes, limit.rlim_max);
    done = ::setrlimit(RLIMIT_DATA, &limit) == 0;
  }
  if (!done)
    throw Error(Kind::io,
                std::string("--max-memory: the system refused (") + std::strerror(errno) + ")");
  most_bytes = bytes;
  page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction action = {};
  action.sa_handler = on_invalid_access;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGSEGV, &action, nullptr);
}

}  // namespace nlp::cli
