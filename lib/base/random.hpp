// Random numbers by counter: a draw is a function of (seed, record, position, lane) alone, so it
// depends neither on batch and thread nor on how many numbers were drawn before.
// Source: Philox4x32-10 of Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011, section 3.3; key = seed, counter = (record, position, lane).
#pragma once
#include <array>
#include <cstdint>

namespace nlp {

// One Philox4x32-10 block: 128 random bits for a 128-bit counter and a 64-bit key.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                              std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t left = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t right = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(right >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(right),
               static_cast<std::uint32_t>(left >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(left)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

// The draws of one record of the input.
class Random {
 public:
  // `record` counts the records of the whole input, whatever file or batch they are in.
  constexpr Random(std::uint64_t seed, std::uint64_t record) : seed_(seed), record_(record) {}

  // 64 random bits.  `position` is a place in the record (a token, a word, a try); `lane` tells
  // apart several draws for one place.
  constexpr std::uint64_t bits(std::uint32_t position, std::uint32_t lane) const {
    const auto block =
        philox({low(record_), high(record_), position, lane}, {low(seed_), high(seed_)});
    return (std::uint64_t{block[1]} << 32) | block[0];
  }

  // Uniform in [0, 1), all 53 bits of a double.
  constexpr double uniform(std::uint32_t position, std::uint32_t lane) const {
    return static_cast<double>(bits(position, lane) >> 11) * 0x1p-53;
  }

  // Uniform in [0, bound); bound > 0.  The bias is below bound / 2^64.
  constexpr std::uint32_t below(std::uint32_t bound, std::uint32_t position,
                                std::uint32_t lane) const {
    const std::uint64_t draw = bits(position, lane);
    // The high word of the 96-bit product draw * bound, in two steps.
    const std::uint64_t carry = (draw & 0xFFFFFFFF) * bound >> 32;
    return static_cast<std::uint32_t>(((draw >> 32) * bound + carry) >> 32);
  }

 private:
  static constexpr std::uint32_t low(std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
  }
  static constexpr std::uint32_t high(std::uint64_t value) {
    return static_cast<std::uint32_t>(value >> 32);
  }

  std::uint64_t seed_;
  std::uint64_t record_;
};

}  // namespace nlp
