#include "base/random.hpp"

#include <vector>

#include "support/catch.hpp"

using nlp::philox;
using nlp::Random;

TEST_CASE("philox gives the published answers", "[base]") {
  using Block = std::array<std::uint32_t, 4>;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a draw changes with seed, record, position and lane", "[base]") {
  const std::uint64_t base = Random(7, 3).bits(5, 1);
  CHECK(Random(7, 3).bits(5, 1) == base);
  CHECK(Random(8, 3).bits(5, 1) != base);
  CHECK(Random(7 + (1ull << 32), 3).bits(5, 1) != base);
  CHECK(Random(7, 4).bits(5, 1) != base);
  CHECK(Random(7, 3 + (1ull << 32)).bits(5, 1) != base);
  CHECK(Random(7, 3).bits(6, 1) != base);
  CHECK(Random(7, 3).bits(5, 2) != base);
}

TEST_CASE("uniform draws fill [0, 1) evenly", "[base]") {
  const Random random(1, 2);
  const int n = 100000;
  std::vector<int> bins(20);
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    const double draw = random.uniform(static_cast<std::uint32_t>(i), 0);
    REQUIRE(draw >= 0);
    REQUIRE(draw < 1);
    sum += draw;
    ++bins[static_cast<std::size_t>(draw * 20)];
  }
  CHECK(sum / n == Approx(0.5).margin(0.005));
  // 5 standard deviations of a binomial count: sqrt(n * 0.05 * 0.95) = 69.
  for (const int count : bins) CHECK(std::abs(count - n / 20) < 345);
}

TEST_CASE("bounded draws reach every value below the bound and no other", "[base]") {
  for (const std::uint32_t bound : {1u, 2u, 7u, 1000u}) {
    std::vector<int> seen(bound);
    for (std::uint32_t i = 0; i < bound * 40; ++i) {
      const auto draw = Random(11, 0).below(bound, i, 3);
      REQUIRE(draw < bound);
      ++seen[draw];
    }
    int missing = 0;
    for (const int count : seen) missing += count == 0;
    CHECK(missing == 0);
  }
  // A bound above 2^31 uses the whole product.
  bool high = false;
  for (std::uint32_t i = 0; i < 64; ++i) {
    high = high || Random(1, 1).below(0xFFFFFFFF, i, 0) > 0xC0000000;
  }
  CHECK(high);
}
