#include "dnn/hamming.hpp"

#include <random>
#include <vector>

#include "support/catch.hpp"

TEST_CASE("bits that differ are counted in rows of any width", "[dnn]") {
  std::mt19937 random(7);
  for (const std::size_t width : {1u, 7u, 8u, 9u, 48u, 67u}) {
    std::vector<std::uint8_t> rows(5 * width), query(width);
    for (auto* bytes : {&rows, &query})
      for (auto& byte : *bytes) byte = static_cast<std::uint8_t>(random());
    std::vector<std::int32_t> found(5);
    nlp::dnn::hamming(rows.data(), query, found);
    for (std::size_t r = 0; r < found.size(); ++r) {
      int bits = 0;
      for (std::size_t k = 0; k < 8 * width; ++k)
        bits += (rows[r * width + k / 8] ^ query[k / 8]) >> k % 8 & 1;
      INFO(width);
      CHECK(found[r] == bits);
    }
  }
}
