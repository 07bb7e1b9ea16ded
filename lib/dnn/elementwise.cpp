#include "dnn/elementwise.hpp"

namespace nlp::dnn {
namespace {

// Plain loops: memory bounds them, and every compiler makes vectors of them.
template <class Op>
void each(ConstMatrix left, ConstMatrix right, Matrix dst, Op op) {
  for (std::int64_t n = 0; n < dst.rows; ++n) {
    const float* a = left.row(n);
    const float* b = right.row(n);
    float* to = dst.row(n);
    for (std::int64_t k = 0; k < dst.columns; ++k) to[k] = op(a[k], b[k]);
  }
}

}  // namespace

void multiply(ConstMatrix left, ConstMatrix right, Matrix dst) {
  each(left, right, dst, [](float a, float b) { return a * b; });
}

void scale(ConstMatrix src, float factor, Matrix dst) {
  each(src, src, dst, [factor](float a, float) { return a * factor; });
}

void add(ConstMatrix left, ConstMatrix right, Matrix dst) {
  each(left, right, dst, [](float a, float b) { return a + b; });
}

}  // namespace nlp::dnn
