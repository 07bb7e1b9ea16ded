// Positions as sines and cosines of falling frequency: the first half of a row are the sines.
// Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.5; the halves as the reference's Marian
// lays them out.  Legend: N rows, E embedding.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "dnn/matrix.hpp"

namespace nlp::model {

class Sinusoids {
 public:
  explicit Sinusoids(std::int64_t width);

  // dst[n,:] += the row of positions[n]; dst [N,E].  Computed in double, then rounded.
  void add(std::span<const std::int32_t> positions, dnn::Matrix dst) const;

 private:
  std::vector<double> wavelengths_;  // [(E+1)/2] of 2 pi
};

}  // namespace nlp::model
