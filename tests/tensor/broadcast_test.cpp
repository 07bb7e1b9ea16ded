#include "tensor/broadcast.hpp"

#include "support/catch.hpp"

using nlp::tensor::broadcast_steps;
using Steps = std::vector<std::int64_t>;

TEST_CASE("an axis of 1, or one that is not there, repeats", "[tensor]") {
  CHECK(broadcast_steps({2, 3, 4}, {2, 3, 4}) == Steps{12, 4, 1});
  CHECK(broadcast_steps({2, 1, 4}, {2, 3, 4}) == Steps{4, 0, 1});
  CHECK(broadcast_steps({4}, {2, 3, 4}) == Steps{0, 0, 1});
  CHECK(broadcast_steps({}, {2, 3}) == Steps{0, 0});
  CHECK(broadcast_steps({3, 1}, {2, 3, 4}) == Steps{0, 1, 0});
}

TEST_CASE("another extent, or more axes, do not broadcast", "[tensor]") {
  CHECK_FALSE(broadcast_steps({2, 3}, {2, 4}));
  CHECK_FALSE(broadcast_steps({1, 2, 3}, {2, 3}));
}
