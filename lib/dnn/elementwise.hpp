// Elementwise sums and products of rows.  Legend: N rows, H columns.
#pragma once
#include "dnn/matrix.hpp"

namespace nlp::dnn {

// dst [N,H] <- left * right; dst may be either.
void multiply(ConstMatrix left, ConstMatrix right, Matrix dst);

// dst [N,H] <- src * factor; dst may be src.
void scale(ConstMatrix src, float factor, Matrix dst);

// dst [N,H] <- left + right; dst may be either.
void add(ConstMatrix left, ConstMatrix right, Matrix dst);

}  // namespace nlp::dnn
