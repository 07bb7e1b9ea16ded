// Keys and values of one head, laid out for products of rows with columns.  Included once for each
// instruction set.
#if defined(NLP_DNN_HEAD_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef NLP_DNN_HEAD_INL_HPP
#undef NLP_DNN_HEAD_INL_HPP
#else
#define NLP_DNN_HEAD_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "dnn/matrix.hpp"
#include "dnn/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// What one head works on.  `keys` is [D, padded S], `values` [S, padded D].
struct HeadBuffers {
  float* keys;
  float* values;
  float* scores;   // [kQueries, padded S]
  float* context;  // [kQueries, padded D]
  std::size_t keys_count, padded_keys, head_size, padded_head_size;
};

// Four rows of `size` values become columns of dst: value k of row r is dst[k * step + r].  Blocks
// of four by four turn within vectors.
template <class D>
HWY_INLINE void turn_four_rows([[maybe_unused]] D d, const float* const* rows, std::size_t size,
                               float* dst, std::size_t step) {
  std::size_t k = 0;
#if HWY_TARGET != HWY_SCALAR
  const std::size_t lanes = hn::Lanes(d);
  const hn::FixedTag<float, 4> block;
  HWY_ALIGN float turned[4 * hn::MaxLanes(D())];
  for (; k + lanes <= size; k += lanes) {
    const auto r0 = hn::LoadU(d, rows[0] + k), r1 = hn::LoadU(d, rows[1] + k),
               r2 = hn::LoadU(d, rows[2] + k), r3 = hn::LoadU(d, rows[3] + k);
    const auto even = hn::InterleaveLower(d, r0, r2), odd = hn::InterleaveLower(d, r1, r3);
    const auto even_up = hn::InterleaveUpper(d, r0, r2), odd_up = hn::InterleaveUpper(d, r1, r3);
    hn::Store(hn::InterleaveLower(d, even, odd), d, turned);
    hn::Store(hn::InterleaveUpper(d, even, odd), d, turned + lanes);
    hn::Store(hn::InterleaveLower(d, even_up, odd_up), d, turned + 2 * lanes);
    hn::Store(hn::InterleaveUpper(d, even_up, odd_up), d, turned + 3 * lanes);
    for (std::size_t first = 0; first < lanes; first += 4)
      for (std::size_t within = 0; within < 4; ++within)
        hn::StoreU(hn::Load(block, turned + within * lanes + first), block,
                   dst + (k + first + within) * step);
  }
#endif
  for (; k < size; ++k)
    for (int r = 0; r < 4; ++r) dst[k * step + r] = rows[r][k];
}

// Keys and values of one head, laid out for the kernels.
template <class D>
HWY_INLINE void pack(D d, const HeadBuffers& head, ConstMatrix key, ConstMatrix value,
                     std::int64_t column) {
  const auto key_row = [&](std::size_t t) {
    return key.row(static_cast<std::int64_t>(t)) + column;
  };
  std::size_t turned = 0;
  for (; turned + 4 <= head.keys_count; turned += 4) {
    const float* const rows[] = {key_row(turned), key_row(turned + 1), key_row(turned + 2),
                                 key_row(turned + 3)};
    turn_four_rows(d, rows, head.head_size, head.keys + turned, head.padded_keys);
  }
  for (; turned < head.keys_count; ++turned)
    for (std::size_t k = 0; k < head.head_size; ++k)
      head.keys[k * head.padded_keys + turned] = key_row(turned)[k];
  const std::size_t lanes = hn::Lanes(d), whole = head.head_size / lanes * lanes;
  for (std::size_t t = 0; t < head.keys_count; ++t) {
    const float* from = value.row(static_cast<std::int64_t>(t)) + column;
    float* to = head.values + t * head.padded_head_size;
    for (std::size_t k = 0; k < whole; k += lanes) hn::Store(hn::LoadU(d, from + k), d, to + k);
    if (whole < head.padded_head_size)
      hn::Store(load_first(d, from + whole, head.head_size - whole), d, to + whole);
  }
  for (std::size_t k = 0; k < head.head_size; ++k)
    std::fill(head.keys + k * head.padded_keys + head.keys_count,
              head.keys + (k + 1) * head.padded_keys, 0.0f);
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
