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
std::atomic<bool> is_deferred{false};
std::atomic<int> waiting{0};

// oneDNN's float32 products for AVX and AVX2 point the stack at their own heap memory while they
// run (gemm/f32/jit_avx_gemm_f32.cpp): a handler's frame there would overwrite what lies below.
// The kernel gives a process's signal to its first thread, whose stack for handlers this becomes.
alignas(64) std::array<char, 64 << 10> handler_stack;

void end(int signal) {
  if (is_deferred.load()) {
    waiting.store(signal);
    return;
  }
  if (is_marked.load()) ::unlink(marked_file.data());
  ::_exit(128 + signal);
}
}  // namespace

void handle_signals() {
  stack_t stack = {};
  stack.ss_sp = handler_stack.data();
  stack.ss_size = handler_stack.size();
  ::sigaltstack(&stack, nullptr);
  struct sigaction action = {};
  action.sa_handler = end;
  action.sa_flags = SA_ONSTACK;
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

void defer_signals() { is_deferred.store(true); }

void check_signals() {
  if (const int signal = waiting.exchange(0); signal != 0) throw Signalled{signal};
}

}  // namespace nlp::cli
