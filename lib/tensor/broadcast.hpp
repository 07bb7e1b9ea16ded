// How a small array stands for a larger one.
// Source: NumPy's manual, "Broadcasting": axes are counted from the last; one of extent 1, or one
// that is not there, repeats.
#pragma once
#include <optional>
#include <vector>

#include "tensor/tensor.hpp"

namespace nlp::tensor {

// How far to step through an array of shape `from` for each axis of `to`, 0 where it repeats;
// absent where it does not broadcast.
std::optional<std::vector<std::int64_t>> broadcast_steps(const Shape& from, const Shape& to);

}  // namespace nlp::tensor
