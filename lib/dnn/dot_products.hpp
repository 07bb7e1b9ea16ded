// All rows of one matrix with all rows of another: what product() makes of the second one
// transposed, but as fast as memory where few rows meet many.
//   dst[n,m] = sum over k of left[n,k] * right[m,k]
// Legend: N rows, K depth, M rows of the other.
#pragma once
#include "dnn/matrix.hpp"

namespace nlp::dnn {

// dst [N,M] <- left [N,K] · right [M,K]ᵀ; dst overlaps neither.  Every value is summed in one
// order, a sum for each lane of a vector, and depends on its two rows only, to the last bit.
void dot_products(ConstMatrix left, ConstMatrix right, Matrix dst);

}  // namespace nlp::dnn
