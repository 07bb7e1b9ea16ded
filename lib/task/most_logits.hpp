#pragma once
#include <cstdint>

namespace nlp::task {

// Logits that a task holds at once, in floats.
inline constexpr std::int64_t kMostLogits = std::int64_t{1} << 22;

}  // namespace nlp::task
