#include "task/measure.hpp"

#include <vector>

#include "support/catch.hpp"

using nlp::task::measure;
using nlp::task::MeasureOptions;
using nlp::task::Work;

namespace {
// Time that passes only as works say.
struct Machine {
  double now = 0;
  nlp::task::Clock clock() {
    return [this] { return now; };
  }
};
}  // namespace

TEST_CASE("works run in turn, and of each the best and the middle run count", "[task]") {
  Machine machine;
  std::vector<int> order;
  int first_runs = 0;
  const double spells[] = {1, 1, 3, 2, 5};  // a round of the first work, in each of its runs
  const std::vector<Work> works = {{[&](std::int64_t rounds) {
                                     order.push_back(1);
                                     machine.now += spells[first_runs++] * double(rounds);
                                   }},
                                   {[&](std::int64_t rounds) {
                                     order.push_back(2);
                                     machine.now += 0.5 * double(rounds);
                                   }}};
  // Both take longer than `seconds`: a round is a run, and they are tried once.
  const auto timings = measure(works, {.repeat = 4, .seconds = 0.5}, machine.clock());
  CHECK(order == std::vector<int>{1, 2, 1, 2, 1, 2, 1, 2, 1, 2});
  CHECK(timings[0].rounds == 1);
  CHECK(timings[0].best == 1);
  CHECK(timings[0].median == 2.5);
  CHECK(timings[1].best == 0.5);
  CHECK(timings[1].median == 0.5);
}

TEST_CASE("a short work gets the rounds that fill a run, once it has run before", "[task]") {
  Machine machine;
  std::vector<std::int64_t> runs;
  const std::vector<Work> works = {{.run =
                                        [&](std::int64_t rounds) {
                                          machine.now += runs.empty() ? 0.75 : double(rounds) / 64;
                                          runs.push_back(rounds);
                                        },
                                    .step = 4}};
  // The first run, slow since all is new, is followed by another: 4 rounds in 1/16 s.
  const auto timings = measure(works, {.repeat = 2, .seconds = 1}, machine.clock());
  CHECK(runs == std::vector<std::int64_t>{4, 4, 64, 64});
  CHECK(timings[0].rounds == 64);
  CHECK(timings[0].best == 1.0 / 64);
}

TEST_CASE("a clock that does not move ends in finitely many rounds", "[task]") {
  Machine machine;
  std::int64_t most = 0;
  const std::vector<Work> works = {
      {[&](std::int64_t rounds) { most = std::max(most, rounds); }, 1}};
  const auto timings = measure(works, {.repeat = 1, .seconds = 1}, machine.clock());
  CHECK(timings[0].best == 0);
  CHECK(most > 1);
}
