#include "base/byte_store.hpp"

#include <algorithm>
#include <cstdint>

#include "support/catch.hpp"

TEST_CASE("memory of a store is aligned, its own and stays where it is", "[base]") {
  nlp::MemoryStore store;
  std::vector<std::span<std::byte>> made;
  // Around small pages and huge ones.
  const std::size_t sizes[] = {1,       64,          4095,        4096,           4097,
                               2097151, 2 * 1048576, 2 * 1048577, 5 * 1048576 + 3};
  for (const std::size_t size : sizes) {
    const auto memory = store.make("any", size);
    REQUIRE(memory.size() == size);
    CHECK(reinterpret_cast<std::uintptr_t>(memory.data()) % 64 == 0);
    std::fill(memory.begin(), memory.end(), static_cast<std::byte>(made.size() + 1));
    made.push_back(memory);
  }
  for (std::size_t k = 0; k < made.size(); ++k)
    CHECK(std::all_of(made[k].begin(), made[k].end(),
                      [&](std::byte value) { return value == static_cast<std::byte>(k + 1); }));
  CHECK_FALSE(store.find("any", 64));
}

TEST_CASE("memory without bytes is nothing", "[base]") {
  CHECK(nlp::PageMemory(0).bytes().empty());
}
