// The positions that a checkpoint adds to its tokens.  Legend: T positions, E embedding.
#pragma once
#include <filesystem>

#include "tensor/tensor.hpp"

namespace nlp::model {

// [T,E] one row for each position that a text may have, the first token's first: learned ones, or
// sines where the family computes them.  Nothing else of the model is read.
// Throws Error{model} where the directory holds no checkpoint, or one without a table of positions.
tensor::Tensor position_table(const std::filesystem::path& directory);

}  // namespace nlp::model
