// Dropout: each value is zero with probability `rate`, the others grow by 1 / (1 - rate).
// Which ones is a function of the key and the value's place alone: the backward pass draws them
// again instead of keeping them, and neither batch nor threads change them.
// Source: Srivastava et al. 2014, JMLR 15, section 4 (scaled while training).
#pragma once
#include <cstdint>

#include "dnn/matrix.hpp"

namespace nlp::dnn {

struct Dropout {
  float rate = 0;         // in [0, 1); 0: nothing is dropped
  std::uint64_t key = 0;  // of the layer, the step and the rows
};

// rows [N,H] in place, forwards or backwards.
void dropout(const Dropout& dropout, Matrix rows);

}  // namespace nlp::dnn
