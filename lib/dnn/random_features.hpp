// The directions onto which the performer projects queries and keys.
// Source: Choromanski et al. 2021, arXiv:2009.14794, section 2.4 (orthogonal random features).
// Legend: F features, D head size.
#pragma once
#include <cstdint>

#include "tensor/tensor.hpp"

namespace nlp::dnn {

// The seed of all directions: the same on every machine, in every run.
constexpr std::uint64_t kFeatureSeed = 2009'14794;

// [F,D]: each row is a direction of normal distribution; rows are orthogonal to each other within
// each D of them.  The first rows of a larger F are those of a smaller one.
tensor::Tensor random_features(std::int64_t features, std::int64_t head_size);

}  // namespace nlp::dnn
