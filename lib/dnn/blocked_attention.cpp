#include "dnn/blocked_attention.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/blocked_attention.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>
// After highway.h, which it needs.
#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "dnn/key_range.hpp"
#include "dnn/panels-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

// Keys and values of a block fill 128 KiB where D = 64: a core's second cache has room for more.
constexpr std::size_t kBlockKeys = 256;
// So many queries share what is packed for a block: packing is then a hundredth of the work.
constexpr std::int64_t kBlockQueries = 160 * kPanelRows;

constexpr float kHidden = -std::numeric_limits<float>::infinity();

// One head: what it reads and writes, and where it works.
struct HeadCall {
  const AttentionShape& shape;
  ConstMatrix query, key, value;  // [T,D], [S,D], [S,D]
  Matrix dst;                     // [T,D]: sums until the last block, then contexts
  const ScoreTerm* term;
  float* probabilities;  // [T,S]: scores until the last block; or null
  std::int64_t head;

  std::size_t padded_size;  // D in whole panels
  float* keys;              // panels [D, kBlockKeys]
  float* values;            // panels [kBlockKeys, padded D]
  float* scores;            // [kPanelRows, kBlockKeys]
  float* context;           // [kPanelRows, padded D]
  float* most;              // [kBlockQueries]: the largest score so far
  float* sums;              // [kBlockQueries]: of what is to be divided by
};

// The keys [first, first + count).
struct KeyBlock {
  std::size_t first, count;
};

template <class D>
HWY_INLINE void pack(D d, const HeadCall& call, const KeyBlock& block) {
  const auto size = static_cast<std::size_t>(call.shape.head_size);
  const std::size_t step = kBlockKeys * panel_width(d);
  for (std::size_t k = 0; k < block.count; ++k) {
    const auto row = static_cast<std::int64_t>(block.first + k);
    pack_column(d, call.key.row(row), size, k, call.keys);
    pack_row(d, call.value.row(row), size, k, step, call.values);
  }
}

// Scores become their exponentials under the largest so far, which grows first.  Returns what
// earlier sums shrink by.
template <class D>
HWY_INLINE float exponentials(D d, float* scores, std::size_t begin, std::size_t end, float& most,
                              float& sum) {
  const std::size_t lanes = hn::Lanes(d);
  auto block_most = hn::Set(d, kHidden);
  for (std::size_t k = begin; k < end; k += lanes)
    block_most = hn::Max(block_most, hn::Load(d, scores + k));
  const float before = most;
  most = std::max(most, hn::GetLane(hn::MaxOfLanes(d, block_most)));
  if (most == kHidden) {
    std::fill(scores + begin, scores + end, 0.0f);
    return 1;
  }
  const auto top = hn::Set(d, most);
  auto block_sum = hn::Zero(d);
  for (std::size_t k = begin; k < end; k += lanes) {
    const auto value = hn::Exp(d, hn::Sub(hn::Load(d, scores + k), top));
    hn::Store(value, d, scores + k);
    block_sum = hn::Add(block_sum, value);
  }
  const float shrink = std::exp(before - most);
  sum = sum * shrink + hn::GetLane(hn::SumOfLanes(d, block_sum));
  return shrink;
}

// dst = dst * shrink + added, or only added where dst holds nothing yet.
template <class D>
HWY_INLINE void add_context(D d, float* dst, const float* added, std::size_t size, bool first,
                            float shrink) {
  if (first) {
    std::copy_n(added, size, dst);
    return;
  }
  const std::size_t lanes = hn::Lanes(d);
  const auto factor = hn::Set(d, shrink);
  std::size_t k = 0;
  for (; k + lanes <= size; k += lanes)
    hn::StoreU(hn::MulAdd(hn::LoadU(d, dst + k), factor, hn::Load(d, added + k)), d, dst + k);
  for (; k < size; ++k) dst[k] = dst[k] * shrink + added[k];
}

// Queries [first, first + count) of those that began at `start` see what they may of a block.
template <class D>
HWY_INLINE void attend(D d, const HeadCall& call, const KeyBlock& block, std::int64_t start,
                       std::int64_t first, std::size_t count) {
  const auto size = static_cast<std::size_t>(call.shape.head_size);
  const std::size_t width = panel_width(d);
  KeyRange seen[kPanelRows], all{block.count, 0};
  for (std::size_t r = 0; r < count; ++r) {
    const KeyRange range = visible(call.shape, first + static_cast<std::int64_t>(r),
                                   static_cast<std::size_t>(call.key.rows));
    seen[r].first = std::clamp(range.first, block.first, block.first + block.count) - block.first;
    seen[r].last = std::clamp(range.last, block.first, block.first + block.count) - block.first;
    if (seen[r].first >= seen[r].last) seen[r] = {0, 0};
    if (seen[r].last == 0) continue;
    all.first = std::min(all.first, seen[r].first);
    all.last = std::max(all.last, seen[r].last);
  }
  if (all.first >= all.last) return;
  // Whole panels around what any of the rows sees.
  const std::size_t begin = all.first / width * width, end = whole_panels(d, all.last);
  multiply_panels<false>(
      d, {call.query.row(first), static_cast<std::size_t>(call.query.stride), 1, size},
      {call.keys + begin * size, size * width, (end - begin) / width},
      {call.scores + begin, kBlockKeys, width}, count);

  float shrink[kPanelRows];
  bool fresh[kPanelRows];
  const auto factor = hn::Set(d, call.shape.scale);
  for (std::size_t r = 0; r < count; ++r) {
    float* scores = call.scores + r * kBlockKeys;
    for (std::size_t k = begin; k < end; k += hn::Lanes(d))
      hn::Store(hn::Mul(hn::Load(d, scores + k), factor), d, scores + k);
    const KeyRange range = seen[r];
    const std::int64_t query = first + static_cast<std::int64_t>(r);
    if (call.term && range.last > 0)
      call.term->add(call.head, call.shape.query_start + query,
                     static_cast<std::int64_t>(block.first + range.first),
                     {scores + range.first, range.last - range.first});
    if (call.probabilities)
      std::copy(scores + range.first, scores + range.last,
                call.probabilities + query * call.key.rows + block.first + range.first);
    std::fill(scores + begin, scores + std::max(begin, range.first), kHidden);
    std::fill(scores + std::max(begin, range.last), scores + end, kHidden);
    const auto at = static_cast<std::size_t>(query - start);
    fresh[r] = call.most[at] == kHidden;
    shrink[r] = exponentials(d, scores, begin, end, call.most[at], call.sums[at]);
  }
  multiply_panels<false>(
      d, {call.scores + begin, kBlockKeys, 1, std::min(end, block.count) - begin},
      {call.values + begin * width, kBlockKeys * width, call.padded_size / width},
      {call.context, call.padded_size, width}, count);
  for (std::size_t r = 0; r < count; ++r)
    add_context(d, call.dst.row(first + static_cast<std::int64_t>(r)),
                call.context + r * call.padded_size, size, fresh[r], shrink[r]);
}

// Divides by the sums.
HWY_INLINE void finish(const HeadCall& call, std::int64_t start, std::int64_t query) {
  const float sum = call.sums[query - start], most = call.most[query - start];
  float* dst = call.dst.row(query);
  if (most == kHidden) std::fill_n(dst, call.shape.head_size, 0.0f);
  const float share = most == kHidden ? 0.0f : 1 / sum;
  for (std::int64_t k = 0; k < call.shape.head_size; ++k) dst[k] *= share;
  if (!call.probabilities) return;
  const auto keys = static_cast<std::size_t>(call.key.rows);
  const KeyRange seen = visible(call.shape, query, keys);
  float* row = call.probabilities + query * call.key.rows;
  for (std::size_t k = 0; k < keys; ++k)
    row[k] = k < seen.first || k >= seen.last || share == 0 ? 0 : std::exp(row[k] - most) * share;
}

template <class D>
HWY_INLINE void attend_head(D d, const HeadCall& call) {
  const auto keys = static_cast<std::size_t>(call.key.rows);
  for (std::int64_t start = 0; start < call.query.rows; start += kBlockQueries) {
    const std::int64_t last = std::min(start + kBlockQueries, call.query.rows);
    std::fill_n(call.most, last - start, kHidden);
    std::fill_n(call.sums, last - start, 0.0f);
    const std::size_t from = visible(call.shape, start, keys).first / kBlockKeys * kBlockKeys;
    const std::size_t to = visible(call.shape, last - 1, keys).last;
    for (std::size_t key = from; key < to; key += kBlockKeys) {
      const KeyBlock block{key, std::min(kBlockKeys, keys - key)};
      pack(d, call, block);
      for (std::int64_t first = start; first < last; first += kPanelRows)
        attend(d, call, block, start, first,
               static_cast<std::size_t>(std::min<std::int64_t>(kPanelRows, last - first)));
    }
    for (std::int64_t query = start; query < last; ++query) finish(call, start, query);
  }
}

void AttendBlocked(const AttentionShape& shape, ConstMatrix query, ConstMatrix key,
                   ConstMatrix value, Matrix dst, Workspace& workspace, const ScoreTerm* term,
                   float* probabilities) {
  const hn::CappedTag<float, 16> d;
  const auto size = static_cast<std::size_t>(shape.head_size);
  HeadCall call{shape, query, key, value, dst, term, probabilities, 0, whole_panels(d, size),
                {},    {},    {},  {},    {},  {}};
  call.keys = workspace.scratch((size + kPanelRows) * kBlockKeys +
                                (kBlockKeys + kPanelRows) * call.padded_size + 2 * kBlockQueries);
  call.values = call.keys + size * kBlockKeys;
  call.scores = call.values + kBlockKeys * call.padded_size;
  call.context = call.scores + kPanelRows * kBlockKeys;
  call.most = call.context + kPanelRows * call.padded_size;
  call.sums = call.most + kBlockQueries;
  // Columns behind the last key are read, though never used.
  std::fill_n(call.keys, size * kBlockKeys, 0.0f);
  for (std::int64_t h = 0; h < shape.heads; ++h) {
    const auto columns = [&](auto matrix, std::int64_t rows) {
      matrix.data += h * shape.head_size;
      matrix.rows = rows;
      matrix.columns = shape.head_size;
      return matrix;
    };
    call.head = h;
    call.query = columns(query, query.rows);
    call.key = columns(key, key.rows);
    call.value = columns(value, key.rows);
    call.dst = columns(dst, query.rows);
    if (probabilities) call.probabilities = probabilities + h * query.rows * key.rows;
    if (term) term->begin(h);
    attend_head(d, call);
  }
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(AttendBlocked);

void blocked_attention(const AttentionShape& shape, ConstMatrix query, ConstMatrix key,
                       ConstMatrix value, Matrix dst, Workspace& workspace, const ScoreTerm* term,
                       float* probabilities) {
  HWY_DYNAMIC_DISPATCH(AttendBlocked)
  (shape, query, key, value, dst, workspace, term, probabilities);
}

}  // namespace nlp::dnn
#endif
