// The same work for many items, by several threads.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/start_threads.hpp"

namespace nlp::train {

// Calls work(k) for every k below count, in any order, and waits.  Of what it throws, the exception
// of the smallest k is thrown on; items behind it may be left out.  A thread takes on `at_once`
// items.
template <class Work>
void for_each_item(std::size_t count, int threads, Work work, std::size_t at_once = 32) {
  std::atomic<std::size_t> next = 0, stop = count;
  std::exception_ptr thrown;
  std::size_t thrown_at = count;
  std::mutex mutex;
  const auto run = [&] {
    for (std::size_t first; (first = next.fetch_add(at_once)) < stop;)
      for (std::size_t k = first; k < std::min(first + at_once, count); ++k) {
        try {
          work(k);
        } catch (...) {
          const std::scoped_lock lock(mutex);
          if (k < thrown_at) {
            thrown_at = k;
            thrown = std::current_exception();
            stop = std::min(stop.load(), k);
          }
          break;
        }
      }
  };
  std::vector<std::thread> helpers;
  const std::size_t most = (count + at_once - 1) / at_once;
  start_threads(
      helpers,
      static_cast<std::int64_t>(std::min(most, static_cast<std::size_t>(std::max(threads, 1)))) - 1,
      [&](int) { return run; });
  run();
  for (std::thread& helper : helpers) helper.join();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace nlp::train
