// The tokens that two texts have in common, in the same order.
// Source: Ratcliff and Obershelp 1988, as Python's difflib.SequenceMatcher has it: the longest run
// that both have, then the same of what is left and right of it.
#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace nlp::task {

// 1 for each token of `left` and of `right` that is shared.  Of equally long runs the earliest in
// `left` is taken, then the earliest in `right`.
std::pair<std::vector<std::uint8_t>, std::vector<std::uint8_t>> shared_tokens(
    std::span<const std::int32_t> left, std::span<const std::int32_t> right);

}  // namespace nlp::task
