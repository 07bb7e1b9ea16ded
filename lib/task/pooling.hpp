// One vector from the rows of a text.
// Source: the Pooling module of sentence-transformers.  Legend: T tokens, H hidden, M modes.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "tensor/tensor.hpp"

namespace nlp::task {

enum class Pooling : std::uint8_t {
  cls,            // the first row
  max,            // the largest of each column
  mean,           // sum / T
  mean_sqrt_len,  // sum / sqrt(T)
  weighted_mean,  // rows weighted 1, 2, … by their place
  last,           // the last row
};

// [M*H] the modes one behind the other.  rows [T,H]; the first `skip` rows (a prompt's) do not
// count, except for `cls`.  No rows left: zeros.  Summed in double, in the order of the rows.
std::vector<float> pool(const tensor::Tensor& rows, std::span<const Pooling> modes,
                        std::int64_t skip = 0);

// values / max(|values|, 1e-12), in place.
void normalize(std::span<float> values);

}  // namespace nlp::task
