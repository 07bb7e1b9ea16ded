#include "dnn/attention.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/attention.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>
// After highway.h, which it needs.
#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <limits>

#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

// How many queries are worked on together: their scores and sums stay in registers, and each key
// and value read serves all of them.
constexpr int kQueries = 4;

// dst[r,:] = sum over k of left[r,k] * right[k,:] for `Rows` rows; right and dst are padded to
// whole vectors, two of them at a time where possible.  The order of the sum is that of k.
template <int Rows, int Vectors, class D>
HWY_INLINE void multiply_tile(D d, const float* const* left, std::size_t depth, const float* right,
                              std::size_t right_stride, float* dst, std::size_t dst_stride) {
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<D> sum[Rows][Vectors];
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Vectors; ++v) sum[r][v] = hn::Zero(d);
  for (std::size_t k = 0; k < depth; ++k) {
    hn::Vec<D> values[Vectors];
    for (int v = 0; v < Vectors; ++v) values[v] = hn::Load(d, right + k * right_stride + v * lanes);
    for (int r = 0; r < Rows; ++r) {
      const auto factor = hn::Set(d, left[r][k]);
      for (int v = 0; v < Vectors; ++v) sum[r][v] = hn::MulAdd(factor, values[v], sum[r][v]);
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Vectors; ++v) hn::Store(sum[r][v], d, dst + r * dst_stride + v * lanes);
}

template <int Rows, class D>
HWY_INLINE void multiply(D d, const float* const* left, std::size_t depth, const float* right,
                         std::size_t width, float* dst, std::size_t dst_stride) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t at = 0;
  for (; at + 2 * lanes <= width; at += 2 * lanes)
    multiply_tile<Rows, 2>(d, left, depth, right + at, width, dst + at, dst_stride);
  if (at < width) multiply_tile<Rows, 1>(d, left, depth, right + at, width, dst + at, dst_stride);
}

// Softmax of scores[0..size) * scale in place; the row is padded to whole vectors.
template <class D>
HWY_INLINE void softmax_row(D d, float* scores, std::size_t size, std::size_t padded, float scale) {
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t k = size; k < padded; ++k) scores[k] = std::numeric_limits<float>::lowest();
  auto most = hn::Set(d, std::numeric_limits<float>::lowest());
  for (std::size_t k = 0; k < padded; k += lanes) most = hn::Max(most, hn::Load(d, scores + k));
  most = hn::MaxOfLanes(d, most);
  const auto factor = hn::Set(d, scale);
  auto sum = hn::Zero(d);
  for (std::size_t k = 0; k < padded; k += lanes) {
    const auto below = hn::Mul(hn::Sub(hn::Load(d, scores + k), most), factor);
    const auto value = hn::Exp(d, below);
    hn::Store(value, d, scores + k);
    sum = hn::Add(sum, value);
  }
  const auto share = hn::Div(hn::Set(d, 1.0f), hn::SumOfLanes(d, sum));
  for (std::size_t k = 0; k < padded; k += lanes)
    hn::Store(hn::Mul(hn::Load(d, scores + k), share), d, scores + k);
}

// What one head works on.  `keys` is [D, padded T], `values` [T, padded D].
struct HeadBuffers {
  float* keys;
  float* values;
  float* scores;   // [kQueries, padded T]
  float* context;  // [kQueries, padded D]
  std::size_t tokens, padded_tokens, head_size, padded_head_size;
};

template <int Rows, class D>
HWY_INLINE void attend(D d, const HeadBuffers& head, const float* const* queries, float scale,
                       float* const* dst, float* const* probabilities) {
  multiply<Rows>(d, queries, head.head_size, head.keys, head.padded_tokens, head.scores,
                 head.padded_tokens);
  const float* rows[Rows];
  for (int r = 0; r < Rows; ++r) {
    float* scores = head.scores + r * head.padded_tokens;
    softmax_row(d, scores, head.tokens, head.padded_tokens, scale);
    if (probabilities[r]) std::copy_n(scores, head.tokens, probabilities[r]);
    rows[r] = scores;
  }
  multiply<Rows>(d, rows, head.tokens, head.values, head.padded_head_size, head.context,
                 head.padded_head_size);
  for (int r = 0; r < Rows; ++r)
    std::copy_n(head.context + r * head.padded_head_size, head.head_size, dst[r]);
}

void Attend(const AttentionShape& shape, ConstMatrix qkv, Matrix dst, Workspace& workspace,
            float* probabilities) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto padded = [&](std::size_t size) { return (size + lanes - 1) / lanes * lanes; };
  HeadBuffers head;
  head.tokens = static_cast<std::size_t>(qkv.rows);
  head.head_size = static_cast<std::size_t>(shape.head_size);
  head.padded_tokens = padded(head.tokens);
  head.padded_head_size = padded(head.head_size);
  head.keys =
      workspace.scratch(head.head_size * head.padded_tokens + head.tokens * head.padded_head_size +
                        kQueries * (head.padded_tokens + head.padded_head_size));
  head.values = head.keys + head.head_size * head.padded_tokens;
  head.scores = head.values + head.tokens * head.padded_head_size;
  head.context = head.scores + kQueries * head.padded_tokens;

  const std::int64_t hidden = shape.heads * shape.head_size;
  for (std::int64_t h = 0; h < shape.heads; ++h) {
    const std::int64_t column = h * shape.head_size;
    for (std::size_t t = 0; t < head.tokens; ++t) {
      const float* key = qkv.row(t) + hidden + column;
      for (std::size_t k = 0; k < head.head_size; ++k)
        head.keys[k * head.padded_tokens + t] = key[k];
      float* value = head.values + t * head.padded_head_size;
      std::copy_n(qkv.row(t) + 2 * hidden + column, head.head_size, value);
      std::fill(value + head.head_size, value + head.padded_head_size, 0.0f);
    }
    for (std::size_t k = 0; k < head.head_size; ++k)
      std::fill(head.keys + k * head.padded_tokens + head.tokens,
                head.keys + (k + 1) * head.padded_tokens, 0.0f);

    for (std::size_t first = 0; first < head.tokens; first += kQueries) {
      const std::size_t count = std::min<std::size_t>(kQueries, head.tokens - first);
      const float* queries[kQueries];
      float* out[kQueries];
      float* shares[kQueries] = {};
      for (std::size_t r = 0; r < count; ++r) {
        queries[r] = qkv.row(first + r) + column;
        out[r] = dst.row(first + r) + column;
        if (probabilities) shares[r] = probabilities + (h * head.tokens + first + r) * head.tokens;
      }
      switch (count) {
        case 1:
          attend<1>(d, head, queries, shape.scale, out, shares);
          break;
        case 2:
          attend<2>(d, head, queries, shape.scale, out, shares);
          break;
        case 3:
          attend<3>(d, head, queries, shape.scale, out, shares);
          break;
        default:
          attend<kQueries>(d, head, queries, shape.scale, out, shares);
          break;
      }
    }
  }
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(Attend);

void attention(const AttentionShape& shape, ConstMatrix qkv, Matrix dst, Workspace& workspace,
               float* probabilities) {
  if (qkv.rows == 0) return;
  HWY_DYNAMIC_DISPATCH(Attend)(shape, qkv, dst, workspace, probabilities);
}

}  // namespace nlp::dnn
#endif
