// The product of two matrices that are both computed, as against Linear's weights.
//   dst[n,m] = scale * sum over k of src[n,k] * right[k,m]
// Legend: N rows, K depth, M columns.
#pragma once
#include "dnn/matrix.hpp"

namespace nlp::dnn {

// dst [N,M] <- scale * src [N,K] · right [K,M]; dst overlaps neither.  Every value is summed in the
// order of k and depends on its row and its column only, to the last bit.
// Fastest where M is a multiple of 16.
void product(ConstMatrix src, ConstMatrix right, float scale, Matrix dst);

}  // namespace nlp::dnn
