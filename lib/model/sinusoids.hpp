// Positions as sines and cosines of falling frequency: the first half of a row are the sines.
// Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.5; the halves as the reference's Marian
// lays them out.  Legend: N rows, E embedding.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "dnn/matrix.hpp"
#include "tensor/tensor.hpp"

namespace nlp::model {

class Sinusoids {
 public:
  explicit Sinusoids(std::int64_t width);

  // dst[n,:] += the row of positions[n]; dst [N,E].  Computed in double, then rounded.
  void add(std::span<const std::int32_t> positions, dnn::Matrix dst) const;

 private:
  std::vector<double> wavelengths_;  // [(E+1)/2] of 2 pi
};

// Rows [positions,E] of the positions from 0 on, as the paper lays them out: sine and cosine of a
// wavelength stand side by side.  PE(p,2k) = sin(p / 10000^(2k/E)), PE(p,2k+1) = cos of the same.
tensor::Tensor sinusoidal_positions(std::int64_t positions, std::int64_t width);

}  // namespace nlp::model
