#include "store/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/error.hpp"

namespace nlp::store {

FileLock::FileLock(const std::filesystem::path& file, const std::function<void()>& check) {
  std::error_code failed;
  std::filesystem::create_directories(file.parent_path(), failed);
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  const auto fail = [&] {
    throw Error(Kind::io, fmt::format("{}: cannot be locked ({}); is the store yours?",
                                      file.string(), std::strerror(errno)));
  };
  if (descriptor_ < 0) fail();
  try {
    while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) fail();
      check();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace nlp::store
