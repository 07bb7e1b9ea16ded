// How long works take on a machine that others use too: each runs several times, all in turn, so
// that a slow spell hits all of them, and the best run counts.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace nlp::task {

// Something that can be done over and over.
struct Work {
  std::function<void(std::int64_t rounds)> run;
  std::int64_t step = 1;  // rounds are a multiple of this
};

struct MeasureOptions {
  int repeat = 3;        // runs that are timed, >= 1
  double seconds = 0.3;  // least time of a run; it gets as many rounds as that takes
};

struct Timing {
  double best = 0, median = 0;  // seconds of one round
  std::int64_t rounds = 0;      // of each run
};

// Seconds from some point in time on.
using Clock = std::function<double()>;
Clock steady_clock();

// [works]: what each takes.  Before that a work runs `step` rounds once or twice, which tell how
// many rounds its runs get.
std::vector<Timing> measure(std::span<const Work> works, const MeasureOptions& options,
                            const Clock& clock = steady_clock());

}  // namespace nlp::task
