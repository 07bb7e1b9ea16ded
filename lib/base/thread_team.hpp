// Threads that wait for tasks.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

namespace nlp {

class ThreadTeam {
 public:
  // `threads` in all: the caller's own and threads - 1 others, fewer where the system has no room.
  explicit ThreadTeam(int threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int threads() const;

  // Calls task(k, thread) for every k in [0, count), each once, lower ones first; `thread` is in
  // [0, threads()).  Returns when all are done.  The first exception is thrown again then; tasks
  // that had not begun are left out.
  void run(std::int64_t count, const std::function<void(std::int64_t, int)>& task);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nlp
