#include "dnn/dropout.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/dropout.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

// After highway.h, which they need.
#include "dnn/dropout-inl.hpp"
#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

void DropRows(const Dropout& dropout, Matrix rows) {
  const hn::ScalableTag<float> d;
  const DropoutFactors factors(d, dropout);
  const auto size = static_cast<std::size_t>(rows.columns);
  for (std::int64_t n = 0; n < rows.rows; ++n) {
    float* x = rows.row(n);
    const auto first = static_cast<std::uint32_t>(n * rows.columns);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto factor = factors(first + static_cast<std::uint32_t>(k));
      store(d, hn::Mul(load(d, x + k, whole, count), factor), x + k, whole, count);
    });
  }
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(DropRows);

void dropout(const Dropout& dropout, Matrix rows) {
  if (dropout.rate > 0) HWY_DYNAMIC_DISPATCH(DropRows)(dropout, rows);
}

}  // namespace nlp::dnn
#endif
