// Products with a matrix that is packed in panels: columns are taken two vectors at a time, and the
// rows of such a panel lie behind each other, so that it is read from its start to its end.
// Included once for each instruction set.
#if defined(NLP_DNN_PANELS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef NLP_DNN_PANELS_INL_HPP
#undef NLP_DNN_PANELS_INL_HPP
#else
#define NLP_DNN_PANELS_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// How many rows are worked on together: their sums stay in registers.
constexpr int kPanelRows = 6;

template <class D>
HWY_INLINE std::size_t panel_width(D d) {
  return 2 * hn::Lanes(d);
}

template <class D>
HWY_INLINE std::size_t whole_panels(D d, std::size_t columns) {
  return (columns + panel_width(d) - 1) / panel_width(d) * panel_width(d);
}

// Row r starts at data + r * row_step; element k of it stands k * step further.
struct Rows {
  const float* data;
  std::size_t row_step, step, depth;
};

struct Panels {
  const float* data;
  std::size_t panel_step, count;
};

struct RowsOfPanels {
  float* data;
  std::size_t row_step, panel_step;
};

template <int Count, bool Add, class D>
HWY_INLINE void multiply_rows(D d, const Rows& left, const Panels& right, const RowsOfPanels& dst) {
  const std::size_t lanes = hn::Lanes(d), width = 2 * lanes;
  for (std::size_t panel = 0; panel < right.count; ++panel) {
    float* to = dst.data + panel * dst.panel_step;
    hn::Vec<D> sum[Count][2];
    for (int r = 0; r < Count; ++r)
      for (int v = 0; v < 2; ++v)
        sum[r][v] = Add ? hn::Load(d, to + r * dst.row_step + v * lanes) : hn::Zero(d);
    const float* from = right.data + panel * right.panel_step;
    const float* factors = left.data;
    for (std::size_t k = 0; k < left.depth; ++k, from += width, factors += left.step) {
      const auto low = hn::Load(d, from), high = hn::Load(d, from + lanes);
      for (int r = 0; r < Count; ++r) {
        const auto factor = hn::Set(d, factors[r * left.row_step]);
        sum[r][0] = hn::MulAdd(factor, low, sum[r][0]);
        sum[r][1] = hn::MulAdd(factor, high, sum[r][1]);
      }
    }
    for (int r = 0; r < Count; ++r)
      for (int v = 0; v < 2; ++v) hn::Store(sum[r][v], d, to + r * dst.row_step + v * lanes);
  }
}

// dst[r,:] (+)= sum over k of left[r,k] * right[k,:] for `count` rows, in the order of k: a row's
// result does not depend on the rows beside it.
template <bool Add, class D>
HWY_INLINE void multiply_panels(D d, Rows left, const Panels& right, RowsOfPanels dst,
                                std::size_t count) {
  const auto advance = [&](std::size_t rows) {
    left.data += rows * left.row_step;
    dst.data += rows * dst.row_step;
  };
  std::size_t r = 0;
  for (; r + kPanelRows <= count; r += kPanelRows, advance(kPanelRows))
    multiply_rows<kPanelRows, Add>(d, left, right, dst);
  for (; r < count; ++r, advance(1)) multiply_rows<1, Add>(d, left, right, dst);
}

// One row of `size` values into panels: row `row` of each, with zeros behind the last value.
template <class D>
HWY_INLINE void pack_row(D d, const float* from, std::size_t size, std::size_t row,
                         std::size_t panel_step, float* panels) {
  const std::size_t width = panel_width(d);
  float* to = panels + row * width;
  for (std::size_t at = 0; at < size; at += width, to += panel_step) {
    const std::size_t count = std::min(width, size - at);
    std::copy_n(from + at, count, to);
    std::fill(to + count, to + width, 0.0f);
  }
}

// One row as a column: value k is column `column` of row k.  The panels have `size` rows.
template <class D>
HWY_INLINE void pack_column(D d, const float* from, std::size_t size, std::size_t column,
                            float* panels) {
  const std::size_t width = panel_width(d);
  float* to = panels + column / width * width * size + column % width;
  for (std::size_t k = 0; k < size; ++k) to[k * width] = from[k];
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
