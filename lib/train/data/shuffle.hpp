// Orders drawn by numbers: the same on every machine.
// Source: Fisher and Yates, as Durstenfeld 1964, CACM algorithm 235.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "base/random.hpp"

namespace nlp::train {

// Every order is equally likely; it depends on the seed and record of `random`, the lane and the
// size.  order: less than 2^32 values.
template <class T>
void shuffle_values(std::vector<T>& order, const Random& random, std::uint32_t lane) {
  for (std::size_t left = order.size(); left > 1; --left) {
    const auto bound = static_cast<std::uint32_t>(left);
    std::swap(order[left - 1], order[random.below(bound, bound, lane)]);
  }
}

}  // namespace nlp::train
