#include "dnn/attention.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/attention.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <algorithm>
#include <limits>
#include <string>
#include <type_traits>

#include "base/error.hpp"
#include "dnn/blocked_attention.hpp"
#include "dnn/head-inl.hpp"
#include "dnn/key_range.hpp"
#include "dnn/performer.hpp"
#include "dnn/softmax-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

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
                         std::size_t right_stride, std::size_t width, float* dst,
                         std::size_t dst_stride) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t at = 0;
  for (; at + 2 * lanes <= width; at += 2 * lanes)
    multiply_tile<Rows, 2>(d, left, depth, right + at, right_stride, dst + at, dst_stride);
  if (at < width)
    multiply_tile<Rows, 1>(d, left, depth, right + at, right_stride, dst + at, dst_stride);
}

template <class D>
HWY_INLINE void scale_row(D d, float* scores, std::size_t begin, std::size_t end, float scale) {
  const auto factor = hn::Set(d, scale);
  for (std::size_t k = begin; k < end; k += hn::Lanes(d))
    hn::Store(hn::Mul(hn::Load(d, scores + k), factor), d, scores + k);
}

// Queries [first, first + Rows) of a head.
struct QueryRows {
  std::int64_t head, first;
  const float* query[kQueries];
  float* dst[kQueries];
  float* probabilities[kQueries];  // [S], or null
};

template <int Rows, class D>
HWY_INLINE void attend(D d, const AttentionShape& shape, const HeadBuffers& head,
                       const QueryRows& rows, const ScoreTerm* term) {
  const std::size_t lanes = hn::Lanes(d);
  KeyRange seen[Rows];
  KeyRange all{head.keys_count, 0};
  for (int r = 0; r < Rows; ++r) {
    seen[r] = visible(shape, rows.first + r, head.keys_count);
    all.first = std::min(all.first, seen[r].first);
    all.last = std::max(all.last, seen[r].last);
  }
  // Whole vectors around what any of the rows sees.
  const std::size_t begin = all.first / lanes * lanes;
  const std::size_t end = std::min((all.last + lanes - 1) / lanes * lanes, head.padded_keys);
  multiply<Rows>(d, rows.query, head.head_size, head.keys + begin, head.padded_keys, end - begin,
                 head.scores + begin, head.padded_keys);
  const float* shares[Rows];
  for (int r = 0; r < Rows; ++r) {
    float* scores = head.scores + r * head.padded_keys;
    const KeyRange range = seen[r];
    float scale = shape.scale;
    if (term) {
      scale_row(d, scores, begin, end, scale);
      term->add(rows.head, shape.query_start + rows.first + r,
                static_cast<std::int64_t>(range.first),
                {scores + range.first, range.last - range.first});
      scale = 1;
    }
    softmax_row(d, scores, range.first, range.last, begin, end, scale);
    if (rows.probabilities[r]) {
      std::fill_n(rows.probabilities[r], head.keys_count, 0.0f);
      std::copy(scores + range.first, scores + range.last, rows.probabilities[r] + range.first);
    }
    shares[r] = scores + begin;
  }
  multiply<Rows>(d, shares, std::min(end, head.keys_count) - begin,
                 head.values + begin * head.padded_head_size, head.padded_head_size,
                 head.padded_head_size, head.context, head.padded_head_size);
  for (int r = 0; r < Rows; ++r)
    std::copy_n(head.context + r * head.padded_head_size, head.head_size, rows.dst[r]);
}

// Where every query sees every key and nothing is added to its scores.
template <int Rows, class D>
HWY_INLINE void attend_all(D d, float scale, const HeadBuffers& head, const QueryRows& rows) {
  multiply<Rows>(d, rows.query, head.head_size, head.keys, head.padded_keys, head.padded_keys,
                 head.scores, head.padded_keys);
  float shares[Rows];
  exponentials<Rows>(d, head.scores, head.padded_keys, head.keys_count, scale, shares);
  const float* powers[Rows];
  for (int r = 0; r < Rows; ++r) powers[r] = head.scores + r * head.padded_keys;
  multiply<Rows>(d, powers, head.keys_count, head.values, head.padded_head_size,
                 head.padded_head_size, head.context, head.padded_head_size);
  for (int r = 0; r < Rows; ++r) {
    const auto share = hn::Set(d, shares[r]);
    float* context = head.context + r * head.padded_head_size;
    for (std::size_t k = 0; k < head.padded_head_size; k += hn::Lanes(d))
      hn::Store(hn::Mul(hn::Load(d, context + k), share), d, context + k);
    std::copy_n(context, head.head_size, rows.dst[r]);
    if (rows.probabilities[r])
      std::transform(powers[r], powers[r] + head.keys_count, rows.probabilities[r],
                     [&](float power) { return power * shares[r]; });
  }
}

void Attend(const AttentionShape& shape, ConstMatrix query, ConstMatrix key, ConstMatrix value,
            Matrix dst, Workspace& workspace, const ScoreTerm* term, float* probabilities) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto padded = [&](std::size_t size) { return (size + lanes - 1) / lanes * lanes; };
  HeadBuffers head;
  head.keys_count = static_cast<std::size_t>(key.rows);
  head.head_size = static_cast<std::size_t>(shape.head_size);
  head.padded_keys = padded(head.keys_count);
  head.padded_head_size = padded(head.head_size);
  head.keys = workspace.scratch(head.head_size * head.padded_keys +
                                head.keys_count * head.padded_head_size +
                                kQueries * (head.padded_keys + head.padded_head_size));
  head.values = head.keys + head.head_size * head.padded_keys;
  head.scores = head.values + head.keys_count * head.padded_head_size;
  head.context = head.scores + kQueries * head.padded_keys;

  const bool plain =
      !term && shape.before == AttentionShape::kAll && shape.after == AttentionShape::kAll;
  for (std::int64_t h = 0; h < shape.heads; ++h) {
    const std::int64_t column = h * shape.head_size;
    pack(d, head, key, value, column);
    if (term) term->begin(h);
    for (std::int64_t next = 0; next < query.rows; next += kQueries) {
      // The last group reaches back over queries that are done: their results are the same again,
      // and a group is quicker than single queries.
      const std::int64_t count = std::min<std::int64_t>(kQueries, query.rows);
      const std::int64_t first = std::min(next, query.rows - count);
      QueryRows rows{.head = h, .first = first, .query = {}, .dst = {}, .probabilities = {}};
      for (std::int64_t r = 0; r < count; ++r) {
        rows.query[r] = query.row(first + r) + column;
        rows.dst[r] = dst.row(first + r) + column;
        if (probabilities)
          rows.probabilities[r] = probabilities + (h * query.rows + first + r) * key.rows;
      }
      const auto group = [&](auto size) HWY_ATTR {
        constexpr int kRows = decltype(size)::value;
        if (plain)
          attend_all<kRows>(d, shape.scale, head, rows);
        else
          attend<kRows>(d, shape, head, rows, term);
      };
      switch (count) {
        case 1:
          group(std::integral_constant<int, 1>());
          break;
        case 2:
          group(std::integral_constant<int, 2>());
          break;
        case 3:
          group(std::integral_constant<int, 3>());
          break;
        default:
          group(std::integral_constant<int, kQueries>());
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
namespace {

// Random features stand for the whole softmax of all keys.
void check_performer(const AttentionShape& shape, const ScoreTerm* term,
                     const float* probabilities) {
  const char* const why =
      shape.before != AttentionShape::kAll || shape.after != AttentionShape::kAll
          ? "the model's attention sees a part of the keys only"
      : term          ? "the model adds terms to the scores of its attention"
      : probabilities ? "it has no probabilities that could be told"
                      : nullptr;
  if (why)
    throw Error(Kind::model, std::string("performer attention: ") + why +
                                 "; use the attention kernel exact or blocked");
}

}  // namespace

void attention(const AttentionShape& shape, ConstMatrix query, ConstMatrix key, ConstMatrix value,
               Matrix dst, Workspace& workspace, const ScoreTerm* term, float* probabilities) {
  if (query.rows == 0 || key.rows == 0) return;
  switch (workspace.attention().kernel) {
    case AttentionKernel::exact:
      break;
    case AttentionKernel::blocked:
      return blocked_attention(shape, query, key, value, dst, workspace, term, probabilities);
    case AttentionKernel::performer:
      check_performer(shape, term, probabilities);
      return performer_attention(shape, query, key, value, dst, workspace);
  }
  HWY_DYNAMIC_DISPATCH(Attend)
  (shape, query, key, value, dst, workspace, term, probabilities);
}

void attention(const AttentionShape& shape, ConstMatrix qkv, Matrix dst, Workspace& workspace,
               const ScoreTerm* term, float* probabilities) {
  const std::int64_t size = shape.heads * shape.head_size;
  const auto part = [&](std::int64_t k) {
    return ConstMatrix{qkv.data + k * size, qkv.rows, size, qkv.stride};
  };
  attention(shape, part(0), part(1), part(2), dst, workspace, term, probabilities);
}

}  // namespace nlp::dnn
#endif
