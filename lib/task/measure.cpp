#include "task/measure.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace nlp::task {
namespace {

constexpr std::int64_t kMostRounds = 1'000'000;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// The multiple of `step` that takes `seconds` where `step` rounds take `once`.
std::int64_t rounds_for(double seconds, double once, std::int64_t step) {
  const double steps = once > 0 ? std::ceil(seconds / once) : kMostRounds;
  return step * static_cast<std::int64_t>(std::clamp<double>(steps, 1, kMostRounds));
}

}  // namespace

Clock steady_clock() {
  return [] {
    const std::chrono::duration<double> now = std::chrono::steady_clock::now().time_since_epoch();
    return now.count();
  };
}

std::vector<Timing> measure(std::span<const Work> works, const MeasureOptions& options,
                            const Clock& clock) {
  const auto time = [&](const Work& work, std::int64_t rounds) {
    const double start = clock();
    work.run(rounds);
    return clock() - start;
  };
  std::vector<Timing> timings(works.size());
  for (std::size_t k = 0; k < works.size(); ++k) {
    double once = time(works[k], works[k].step);
    // The very first rounds build kernels and fetch memory: a short work tells its time the second
    // time.
    if (once < options.seconds) once = time(works[k], works[k].step);
    timings[k].rounds = rounds_for(options.seconds, once, works[k].step);
  }
  std::vector<std::vector<double>> seconds(works.size());
  for (int run = 0; run < options.repeat; ++run)
    for (std::size_t k = 0; k < works.size(); ++k)
      seconds[k].push_back(time(works[k], timings[k].rounds) /
                           static_cast<double>(timings[k].rounds));
  for (std::size_t k = 0; k < works.size(); ++k) {
    timings[k].best = std::ranges::min(seconds[k]);
    timings[k].median = median(std::move(seconds[k]));
  }
  return timings;
}

}  // namespace nlp::task
