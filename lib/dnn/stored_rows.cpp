#include "dnn/stored_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/stored_rows.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

#include "dnn/convert_rows.hpp"
#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

template <class Value>
HWY_INLINE void store_as(ConstMatrix src, Value* dst, float* sums) {
  const hn::ScalableTag<float> d;
  const auto size = static_cast<std::size_t>(src.columns);
  for (std::int64_t n = 0; n < src.rows; ++n, dst += size) {
    const float* from = src.row(n);
    over_row(d, size, [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto value = load(d, from + k, whole, count);
      store(d, value, dst + k, whole, count);
      if (sums) store(d, hn::Add(load(d, sums + k, whole, count), value), sums + k, whole, count);
    });
  }
}

void StoreRows(ConstMatrix src, StoredRows& dst, float* sums) {
  if (dst.type() == ComputeType::bf16)
    store_as(src, dst.bits(), sums);
  else
    store_as(src, dst.floats(), sums);
}

template <class Value>
HWY_INLINE void add_columns(const Value* src, std::int64_t rows, std::int64_t step,
                            std::span<float> sums) {
  const hn::ScalableTag<float> d;
  for (std::int64_t n = 0; n < rows; ++n, src += step)
    over_row(d, sums.size(), [&](std::size_t k, auto whole, std::size_t count) HWY_ATTR {
      const auto sum =
          hn::Add(load(d, sums.data() + k, whole, count), load(d, src + k, whole, count));
      store(d, sum, sums.data() + k, whole, count);
    });
}

void AddColumnSums(const StoredRows& src, std::int64_t first, std::span<float> sums) {
  if (src.type() == ComputeType::bf16)
    add_columns(src.bits() + first, src.rows(), src.columns(), sums);
  else
    add_columns(src.floats() + first, src.rows(), src.columns(), sums);
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(StoreRows);
HWY_EXPORT(AddColumnSums);

void StoredRows::resize(ComputeType type, std::int64_t rows, std::int64_t columns) {
  type_ = type;
  rows_ = rows;
  columns_ = columns;
  const std::int64_t all = padded_rows(rows) * columns, used = rows * columns;
  const bool narrow = type == ComputeType::bf16;
  memory_.resize({narrow ? (all + 1) / 2 : all});
  if (narrow)
    std::fill(bits() + used, bits() + all, std::uint16_t{0});
  else
    std::fill(floats() + used, floats() + all, 0.0f);
}

void StoredRows::set_row(std::int64_t row, std::span<const float> src) {
  if (type_ == ComputeType::bf16)
    round_to_bf16(src, bits() + row * columns_);
  else
    std::ranges::copy(src, floats() + row * columns_);
}

void store_rows(ComputeType type, ConstMatrix src, StoredRows& dst) {
  dst.resize(type, src.rows, src.columns);
  HWY_DYNAMIC_DISPATCH(StoreRows)(src, dst, nullptr);
}

void store_rows(ComputeType type, ConstMatrix src, StoredRows& dst, std::span<float> sums) {
  dst.resize(type, src.rows, src.columns);
  HWY_DYNAMIC_DISPATCH(StoreRows)(src, dst, sums.data());
}

void add_column_sums(const StoredRows& src, std::int64_t first, std::span<float> sums) {
  HWY_DYNAMIC_DISPATCH(AddColumnSums)(src, first, sums);
}

void round_to_bf16(std::span<const float> src, std::uint16_t* dst) {
  const auto size = static_cast<std::int64_t>(src.size());
  round_to_bf16(ConstMatrix{src.data(), 1, size, size}, dst);
}

}  // namespace nlp::dnn
#endif
