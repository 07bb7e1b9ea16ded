#include "base/thread_team.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <vector>

#include "base/start_threads.hpp"

namespace nlp {

struct ThreadTeam::State {
  std::vector<std::thread> others;
  std::mutex mutex;
  std::condition_variable begun, ended;
  std::uint64_t round = 0;  // of run()
  int busy = 0;             // of the others
  bool closing = false;
  const std::function<void(std::int64_t, int)>* task = nullptr;
  std::int64_t count = 0;
  std::atomic<std::int64_t> next{0};
  std::exception_ptr failure;

  void work(int thread) {
    for (;;) {
      const std::int64_t k = next.fetch_add(1);
      if (k >= count) return;
      try {
        (*task)(k, thread);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  }

  void serve(int thread) {
    std::uint64_t done = 0;
    for (;;) {
      {
        std::unique_lock lock(mutex);
        begun.wait(lock, [&] { return closing || round != done; });
        if (closing) return;
        done = round;
      }
      work(thread);
      const std::lock_guard lock(mutex);
      if (--busy == 0) ended.notify_one();
    }
  }
};

ThreadTeam::ThreadTeam(int threads) : state_(std::make_unique<State>()) {
  start_threads(state_->others, threads - 1,
                [this](int k) { return [this, k] { state_->serve(k + 1); }; });
}

ThreadTeam::~ThreadTeam() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->begun.notify_all();
  for (auto& thread : state_->others) thread.join();
}

int ThreadTeam::threads() const { return static_cast<int>(state_->others.size()) + 1; }

void ThreadTeam::run(std::int64_t count, const std::function<void(std::int64_t, int)>& task) {
  if (count <= 0) return;
  State& state = *state_;
  {
    const std::lock_guard lock(state.mutex);
    state.task = &task;
    state.count = count;
    state.next = 0;
    state.failure = nullptr;
    state.busy = static_cast<int>(state.others.size());
    ++state.round;
  }
  state.begun.notify_all();
  state.work(0);
  std::unique_lock lock(state.mutex);
  state.ended.wait(lock, [&] { return state.busy == 0; });
  if (state.failure) std::rethrow_exception(state.failure);
}

}  // namespace nlp
