#include "dnn/attention_training.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/attention_training.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <algorithm>

#include "dnn/key_range.hpp"
// After highway.h, which they need.
#include "dnn/dropout-inl.hpp"
#include "dnn/head-inl.hpp"
#include "dnn/panels-inl.hpp"
#include "dnn/softmax-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

// Scratch memory of one head.  Rows of [T,S] lie as panels do: padded to whole panels.
struct Plane {
  float* data = nullptr;
  std::size_t rows = 0, columns = 0, padded = 0;

  float* row(std::size_t index) const { return data + index * padded; }
};

class Scratch {
 public:
  explicit Scratch(float* memory) : next_(memory) {}
  float* take(std::size_t count) {
    float* taken = next_;
    next_ += (count + 15) / 16 * 16;
    return taken;
  }

 private:
  float* next_;
};

// The panels of a matrix [rows, columns].
struct Packed {
  float* data = nullptr;
  std::size_t depth = 0, columns = 0, width = 0;

  Panels panels() const { return {data, depth * width, (columns + width - 1) / width}; }
};

// Panels whose rows are the rows of src: [rows, D].
template <class D>
HWY_INLINE Packed pack_rows(D d, Scratch& scratch, ConstMatrix src) {
  Packed packed{nullptr, static_cast<std::size_t>(src.rows), static_cast<std::size_t>(src.columns),
                panel_width(d)};
  packed.data = scratch.take(packed.depth * whole_panels(d, packed.columns));
  for (std::size_t r = 0; r < packed.depth; ++r)
    pack_row(d, src.row(static_cast<std::int64_t>(r)), packed.columns, r,
             packed.depth * packed.width, packed.data);
  return packed;
}

// Panels whose columns are the rows of src: [D, rows].
template <class D>
HWY_INLINE Packed pack_columns(D d, Scratch& scratch, ConstMatrix src) {
  Packed packed{nullptr, static_cast<std::size_t>(src.columns), static_cast<std::size_t>(src.rows),
                panel_width(d)};
  packed.data = scratch.take(packed.depth * whole_panels(d, packed.columns));
  const std::size_t width = packed.width, panel_step = packed.depth * width;
  std::size_t column = 0;
  for (; column + 4 <= packed.columns; column += 4) {
    const auto row = [&](std::size_t k) { return src.row(static_cast<std::int64_t>(column + k)); };
    const float* const rows[] = {row(0), row(1), row(2), row(3)};
    turn_four_rows(d, rows, packed.depth,
                   packed.data + column / width * panel_step + column % width, width);
  }
  for (; column < packed.columns; ++column)
    pack_column(d, src.row(static_cast<std::int64_t>(column)), packed.depth, column, packed.data);
  for (; column % width != 0; ++column)
    for (std::size_t k = 0; k < packed.depth; ++k)
      packed.data[column / width * panel_step + k * width + column % width] = 0;
  return packed;
}

inline Rows rows_of(ConstMatrix src) {
  return {src.data, static_cast<std::size_t>(src.stride), 1, static_cast<std::size_t>(src.columns)};
}
inline Rows rows_of(const Plane& plane) { return {plane.data, plane.padded, 1, plane.columns}; }
inline Rows columns_of(const Plane& plane) { return {plane.data, 1, plane.padded, plane.rows}; }

// plane <- left · right
template <class D>
HWY_INLINE void multiply_into(D d, const Rows& left, const Packed& right, const Plane& plane) {
  multiply_panels<false>(d, left, right.panels(), {plane.data, plane.padded, right.width},
                         plane.rows);
}

template <class D>
HWY_INLINE Plane take_plane(D d, Scratch& scratch, std::size_t rows, std::size_t columns) {
  Plane plane{nullptr, rows, columns, whole_panels(d, columns)};
  plane.data = scratch.take(rows * plane.padded);
  return plane;
}

inline void copy_out(const Plane& plane, Matrix dst, std::int64_t column) {
  for (std::size_t r = 0; r < plane.rows; ++r)
    std::copy_n(plane.row(r), plane.columns, dst.row(static_cast<std::int64_t>(r)) + column);
}

inline ConstMatrix head_of(ConstMatrix all, std::int64_t head, std::int64_t head_size) {
  return {all.data + head * head_size, all.rows, head_size, all.stride};
}

inline std::int64_t position_of(const AttentionForTraining& call, std::size_t query) {
  return call.positions.empty() ? static_cast<std::int64_t>(query) : call.positions[query];
}

// scores become probabilities.
template <class D>
HWY_INLINE void to_probabilities(D d, const AttentionForTraining& call, const Plane& scores) {
  for (std::size_t i = 0; i < scores.rows; ++i) {
    const KeyRange seen = visible(call.shape, position_of(call, i), scores.columns);
    softmax_row(d, scores.row(i), seen.first, seen.last, 0, scores.padded, call.shape.scale);
  }
}

// Where a value of the probabilities [A,T,S] stands, for dropout.
inline std::uint32_t place_of(const AttentionForTraining& call, const Plane& plane,
                              std::int64_t head, std::size_t row) {
  const auto query = static_cast<std::size_t>(position_of(call, row));
  return static_cast<std::uint32_t>((static_cast<std::size_t>(head) * plane.columns + query) *
                                    plane.columns);
}

template <class D>
HWY_INLINE void drop(D d, const AttentionForTraining& call, std::int64_t head, const Plane& src,
                     const Plane& dst) {
  const DropoutFactors factors(d, call.dropout);
  for (std::size_t i = 0; i < src.rows; ++i) {
    const std::uint32_t place = place_of(call, src, head, i);
    for (std::size_t k = 0; k < src.padded; k += hn::Lanes(d))
      hn::Store(
          hn::Mul(hn::Load(d, src.row(i) + k), factors(place + static_cast<std::uint32_t>(k))), d,
          dst.row(i) + k);
  }
}

void Forward(const AttentionForTraining& call, ConstMatrix query, ConstMatrix key,
             ConstMatrix value, Matrix dst, float* memory) {
  const hn::ScalableTag<float> d;
  const auto size = call.shape.head_size;
  const auto queries = static_cast<std::size_t>(query.rows),
             keys = static_cast<std::size_t>(key.rows);
  for (std::int64_t head = 0; head < call.shape.heads; ++head) {
    Scratch scratch(memory);
    const Packed key_columns = pack_columns(d, scratch, head_of(key, head, size)),
                 value_rows = pack_rows(d, scratch, head_of(value, head, size));
    const Plane shares = take_plane(d, scratch, queries, keys),
                context = take_plane(d, scratch, queries, static_cast<std::size_t>(size));
    multiply_into(d, rows_of(head_of(query, head, size)), key_columns, shares);
    to_probabilities(d, call, shares);
    if (call.dropout.rate > 0) drop(d, call, head, shares, shares);
    multiply_into(d, rows_of(shares), value_rows, context);
    copy_out(context, dst, head * size);
  }
}

// shares P, grads diff_R; grads become diff_S.
template <class D>
HWY_INLINE void softmax_backward(D d, float scale, const Plane& shares, const Plane& grads) {
  const auto factor = hn::Set(d, scale);
  for (std::size_t i = 0; i < shares.rows; ++i) {
    const float* p = shares.row(i);
    float* g = grads.row(i);
    auto sum = hn::Zero(d);
    for (std::size_t k = 0; k < shares.padded; k += hn::Lanes(d))
      sum = hn::MulAdd(hn::Load(d, p + k), hn::Load(d, g + k), sum);
    const auto along = hn::SumOfLanes(d, sum);
    for (std::size_t k = 0; k < shares.padded; k += hn::Lanes(d))
      hn::Store(hn::Mul(hn::Mul(hn::Load(d, p + k), factor), hn::Sub(hn::Load(d, g + k), along)), d,
                g + k);
  }
}

void Backward(const AttentionForTraining& call, ConstMatrix query, ConstMatrix key,
              ConstMatrix value, ConstMatrix diff_dst, Matrix diff_query, Matrix diff_key,
              Matrix diff_value, float* memory) {
  const hn::ScalableTag<float> d;
  const auto size = call.shape.head_size;
  const auto queries = static_cast<std::size_t>(query.rows),
             keys = static_cast<std::size_t>(key.rows), width = static_cast<std::size_t>(size);
  const bool drops = call.dropout.rate > 0;
  for (std::int64_t head = 0; head < call.shape.heads; ++head) {
    Scratch scratch(memory);
    const ConstMatrix q = head_of(query, head, size), k = head_of(key, head, size),
                      v = head_of(value, head, size), diff = head_of(diff_dst, head, size);
    const Packed key_columns = pack_columns(d, scratch, k),
                 value_columns = pack_columns(d, scratch, v);
    const Plane shares = take_plane(d, scratch, queries, keys),
                grads = take_plane(d, scratch, queries, keys);
    multiply_into(d, rows_of(q), key_columns, shares);
    to_probabilities(d, call, shares);
    multiply_into(d, rows_of(diff), value_columns, grads);

    const Plane of_keys = take_plane(d, scratch, keys, width);
    const Packed diff_rows = pack_rows(d, scratch, diff);
    Plane kept = shares;
    if (drops) {
      kept = take_plane(d, scratch, queries, keys);
      drop(d, call, head, shares, kept);
      drop(d, call, head, grads, grads);
    }
    multiply_into(d, columns_of(kept), diff_rows, of_keys);
    copy_out(of_keys, diff_value, head * size);

    softmax_backward(d, call.shape.scale, shares, grads);
    const Plane of_queries = take_plane(d, scratch, queries, width);
    const Packed key_rows = pack_rows(d, scratch, k), query_rows = pack_rows(d, scratch, q);
    multiply_into(d, rows_of(grads), key_rows, of_queries);
    copy_out(of_queries, diff_query, head * size);
    multiply_into(d, columns_of(grads), query_rows, of_keys);
    copy_out(of_keys, diff_key, head * size);
  }
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(Forward);
HWY_EXPORT(Backward);
namespace {

// What the planes and panels of a head take at most; panels are at most 128 columns wide.
std::size_t scratch_floats(std::int64_t queries, std::int64_t keys, std::int64_t head_size) {
  const auto wide = [](std::int64_t size) {
    return static_cast<std::size_t>((size + 127) / 128 * 128);
  };
  const auto rows = static_cast<std::size_t>(std::max(queries, keys));
  return 3 * rows * wide(keys) + 6 * (rows + 16) * wide(head_size) +
         2 * static_cast<std::size_t>(head_size + 16) * wide(keys) + 1024;
}

}  // namespace

void attention_forward(const AttentionForTraining& call, ConstMatrix query, ConstMatrix key,
                       ConstMatrix value, Matrix dst, Workspace& workspace) {
  if (query.rows == 0) return;
  float* memory = workspace.scratch(scratch_floats(query.rows, key.rows, call.shape.head_size));
  HWY_DYNAMIC_DISPATCH(Forward)(call, query, key, value, dst, memory);
}

void attention_backward(const AttentionForTraining& call, ConstMatrix query, ConstMatrix key,
                        ConstMatrix value, ConstMatrix diff_dst, Matrix diff_query, Matrix diff_key,
                        Matrix diff_value, Workspace& workspace) {
  if (query.rows == 0) return;
  float* memory = workspace.scratch(scratch_floats(query.rows, key.rows, call.shape.head_size));
  HWY_DYNAMIC_DISPATCH(Backward)
  (call, query, key, value, diff_dst, diff_query, diff_key, diff_value, memory);
}

}  // namespace nlp::dnn
#endif
