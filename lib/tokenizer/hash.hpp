// A mixer of 64 bits, after the multiply-and-fold idea of wyhash.
#pragma once
#include <cstdint>

namespace nlp::tokenizer {

inline std::uint64_t fold(std::uint64_t left, std::uint64_t right) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(left) * right;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t mix(std::uint64_t value) {
  constexpr std::uint64_t kFirst = 0x9E3779B97F4A7C15u, kSecond = 0xD6E8FEB86659FD93u;
  return fold(value ^ kFirst, kSecond);
}

}  // namespace nlp::tokenizer
