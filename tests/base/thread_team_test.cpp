#include "base/thread_team.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using nlp::ThreadTeam;

TEST_CASE("a team makes each task once, on a thread of its own count, again and again", "[base]") {
  for (const int threads : {1, 2, 5}) {
    ThreadTeam team(threads);
    REQUIRE(team.threads() == threads);
    for (const std::int64_t count : {0, 1, 3, 100, 1, 0, 17}) {
      std::vector<std::atomic<int>> made(static_cast<std::size_t>(count));
      std::atomic<int> strange = 0;
      team.run(count, [&](std::int64_t task, int thread) {
        ++made[static_cast<std::size_t>(task)];
        strange += thread < 0 || thread >= threads;
      });
      for (const auto& times : made) REQUIRE(times == 1);
      REQUIRE(strange == 0);
    }
  }
}

TEST_CASE("a team of one works in order on the caller's thread", "[base]") {
  ThreadTeam team(1);
  std::vector<std::int64_t> order;
  const auto caller = std::this_thread::get_id();
  team.run(5, [&](std::int64_t task, int) {
    order.push_back(task);
    CHECK(std::this_thread::get_id() == caller);
  });
  CHECK(order == std::vector<std::int64_t>{0, 1, 2, 3, 4});
}

TEST_CASE("threads of a team really work beside each other", "[base]") {
  ThreadTeam team(3);
  // Each task waits for the two others, so that none ends unless all three run at once.
  std::atomic<int> begun = 0;
  team.run(3, [&](std::int64_t, int) {
    ++begun;
    while (begun < 3) std::this_thread::yield();
  });
  CHECK(begun == 3);
}

TEST_CASE("a task's exception is thrown again, the rest is left out, and the team goes on",
          "[base]") {
  for (const int threads : {1, 3}) {
    ThreadTeam team(threads);
    for (int round = 0; round < 20; ++round) {
      std::atomic<int> made = 0;
      std::string caught;
      try {
        team.run(100000, [&](std::int64_t task, int) {
          ++made;
          if (task == 7) throw std::runtime_error("task 7");
        });
      } catch (const std::runtime_error& error) {
        caught = error.what();
      }
      CHECK(caught == "task 7");
      CHECK(made >= 8);
      if (threads == 1) CHECK(made == 8);
      made = 0;
      team.run(10, [&](std::int64_t, int) { ++made; });
      CHECK(made == 10);
    }
  }
}
