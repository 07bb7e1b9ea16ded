#include "cli/signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>
#include <cstring>

namespace nlp::cli {
namespace {
// A handler may touch nothing but this.
std::array<char, PATH_MAX> marked_file;
std::atomic<bool> is_marked{false};

void end(int signal) {
  if (is_marked.load()) ::unlink(marked_file.data());
  ::_exit(128 + signal);
}
}  // namespace

void handle_signals() {
  struct sigaction action = {};
  action.sa_handler = end;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    // What nohup or a shell ignores stays ignored.
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    ::sigaction(signal, &action, nullptr);
  }
  ::signal(SIGPIPE, SIG_IGN);
}

void remove_on_signal(const std::string& path) {
  is_marked.store(false);
  if (path.empty() || path.size() >= marked_file.size()) return;
  std::memcpy(marked_file.data(), path.c_str(), path.size() + 1);
  is_marked.store(true);
}

}  // namespace nlp::cli
