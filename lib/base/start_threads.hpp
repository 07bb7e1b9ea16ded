// Threads that help where the system has room for them.
#pragma once
#include <cstdint>
#include <system_error>
#include <thread>
#include <vector>

namespace nlp {

// Adds `count` threads to dst, the k-th one running make(k); fewer, or none, where the system has
// no room for more (a limit of memory or of processes).
template <class Make>
void start_threads(std::vector<std::thread>& dst, std::int64_t count, Make make) {
  if (count > 0) dst.reserve(dst.size() + static_cast<std::size_t>(count));
  for (std::int64_t k = 0; k < count; ++k) {
    try {
      dst.emplace_back(make(static_cast<int>(k)));
    } catch (const std::system_error&) {
      return;
    }
  }
}

}  // namespace nlp
