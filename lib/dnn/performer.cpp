#include "dnn/performer.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dnn/performer.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>
// After highway.h, which it needs.
#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "dnn/device_impl.hpp"
#include "dnn/panels-inl.hpp"
#include "dnn/random_features.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlp::dnn::HWY_NAMESPACE {

// So many keys, or queries, are projected at once.
constexpr std::size_t kBlockRows = 16 * kPanelRows;

// What makes the vectors of a head short, see performer.hpp.
struct Centre {
  std::vector<float> query, key;   // [D]: the means
  float query_factor, key_factor;  // of what is left
};

// One head: what it reads and writes, and where it works.
struct FeatureCall {
  ConstMatrix query, key, value;  // [T,D], [S,D], [S,D]
  Matrix dst;                     // [T,D]
  float scale;
  std::size_t features, padded_features, size, padded_size;  // F, D, in whole panels

  float* directions;  // panels [D, padded F]
  float* rows;        // [kBlockRows, D]: centred queries or keys
  float* weights;     // [kBlockRows, padded F]: their features
  float* values;      // panels [kBlockRows, padded D]
  float* context;     // [kBlockRows, padded D]
  float* sums;        // panels [F, padded D]: of weighted values
  float* totals;      // [padded F]: of weights
  float* most;        // [padded F]: the largest exponent of a key
  float* shrink;      // [padded F]
};

// The mean of all rows and the mean square of what is left without it.
inline double centre_of(ConstMatrix matrix, std::vector<float>& mean) {
  const auto size = static_cast<std::size_t>(matrix.columns);
  std::vector<double> sums(size);
  for (std::int64_t t = 0; t < matrix.rows; ++t)
    for (std::size_t k = 0; k < size; ++k) sums[k] += double{matrix.row(t)[k]};
  mean.resize(size);
  for (std::size_t k = 0; k < size; ++k)
    mean[k] = static_cast<float>(sums[k] / static_cast<double>(matrix.rows));
  double squares = 0;
  for (std::int64_t t = 0; t < matrix.rows; ++t) {
    float row = 0;
    for (std::size_t k = 0; k < size; ++k) {
      const float left = matrix.row(t)[k] - mean[k];
      row += left * left;
    }
    squares += double{row};
  }
  return squares / static_cast<double>(matrix.rows);
}

inline Centre centre(const FeatureCall& call) {
  Centre centre;
  const double query = centre_of(call.query, centre.query), key = centre_of(call.key, centre.key);
  const double balance = query > 0 && key > 0 ? std::pow(key / query, 0.25) : 1;
  centre.query_factor = static_cast<float>(std::sqrt(double{call.scale}) * balance);
  centre.key_factor = static_cast<float>(std::sqrt(double{call.scale}) / balance);
  return centre;
}

// weights[r,:] = directions · rows[r,:].
template <class D>
HWY_INLINE void project(D d, const FeatureCall& call, std::size_t count) {
  const std::size_t width = panel_width(d);
  multiply_panels<false>(d, {call.rows, call.size, 1, call.size},
                         {call.directions, call.size * width, call.padded_features / width},
                         {call.weights, call.padded_features, width}, count);
}

// Keys [first, first + count) join the sums.
template <class D>
HWY_INLINE void add_keys(D d, const FeatureCall& call, const Centre& centre, std::int64_t first,
                         std::size_t count) {
  const std::size_t lanes = hn::Lanes(d), width = panel_width(d);
  const std::size_t features = call.features, padded = call.padded_features;
  float offset[kBlockRows];
  for (std::size_t r = 0; r < count; ++r) {
    const float* key = call.key.row(first + static_cast<std::int64_t>(r));
    float* row = call.rows + r * call.size;
    float weight = 0, square = 0;
    for (std::size_t k = 0; k < call.size; ++k) {
      const float left = key[k] - centre.key[k];
      weight += centre.query[k] * left;
      row[k] = left * centre.key_factor;
      square += row[k] * row[k];
    }
    offset[r] = weight * call.scale - square / 2;
    pack_row(d, call.value.row(first + static_cast<std::int64_t>(r)), call.size, r,
             kBlockRows * width, call.values);
  }
  project(d, call, count);
  for (std::size_t f = 0; f < padded; f += lanes) {
    const auto before = hn::Load(d, call.most + f);
    auto most = before;
    for (std::size_t r = 0; r < count; ++r) {
      float* at = call.weights + r * padded + f;
      const auto exponent = hn::Add(hn::Load(d, at), hn::Set(d, offset[r]));
      hn::Store(exponent, d, at);
      most = hn::Max(most, exponent);
    }
    const auto shrink = hn::Exp(d, hn::Sub(before, most));
    auto total = hn::Mul(hn::Load(d, call.totals + f), shrink);
    for (std::size_t r = 0; r < count; ++r) {
      float* at = call.weights + r * padded + f;
      const auto weight = hn::Exp(d, hn::Sub(hn::Load(d, at), most));
      hn::Store(weight, d, at);
      total = hn::Add(total, weight);
    }
    hn::Store(most, d, call.most + f);
    hn::Store(shrink, d, call.shrink + f);
    hn::Store(total, d, call.totals + f);
  }
  const std::size_t step = features * width, panels = call.padded_size / width;
  for (std::size_t panel = 0; panel < panels; ++panel)
    for (std::size_t f = 0; f < features; ++f) {
      float* sum = call.sums + panel * step + f * width;
      const auto factor = hn::Set(d, call.shrink[f]);
      for (std::size_t k = 0; k < width; k += lanes)
        hn::Store(hn::Mul(hn::Load(d, sum + k), factor), d, sum + k);
    }
  multiply_panels<true>(d, {call.weights, 1, padded, count},
                        {call.values, kBlockRows * width, panels}, {call.sums, width, step},
                        features);
}

// Queries [first, first + count) read the sums.
template <class D>
HWY_INLINE void read_queries(D d, const FeatureCall& call, const Centre& centre, std::int64_t first,
                             std::size_t count) {
  const std::size_t lanes = hn::Lanes(d), width = panel_width(d);
  const std::size_t padded = call.padded_features;
  float share[kBlockRows];
  for (std::size_t r = 0; r < count; ++r) {
    const float* query = call.query.row(first + static_cast<std::int64_t>(r));
    for (std::size_t k = 0; k < call.size; ++k)
      call.rows[r * call.size + k] = (query[k] - centre.query[k]) * centre.query_factor;
  }
  project(d, call, count);
  for (std::size_t r = 0; r < count; ++r) {
    float* row = call.weights + r * padded;
    auto most = hn::Set(d, -std::numeric_limits<float>::infinity());
    for (std::size_t f = 0; f < padded; f += lanes) {
      const auto exponent = hn::Add(hn::Load(d, row + f), hn::Load(d, call.most + f));
      hn::Store(exponent, d, row + f);
      most = hn::Max(most, exponent);
    }
    most = hn::MaxOfLanes(d, most);
    auto total = hn::Zero(d);
    for (std::size_t f = 0; f < padded; f += lanes) {
      const auto weight = hn::Exp(d, hn::Sub(hn::Load(d, row + f), most));
      hn::Store(weight, d, row + f);
      total = hn::MulAdd(weight, hn::Load(d, call.totals + f), total);
    }
    share[r] = 1 / hn::GetLane(hn::SumOfLanes(d, total));
  }
  multiply_panels<false>(d, {call.weights, padded, 1, call.features},
                         {call.sums, call.features * width, call.padded_size / width},
                         {call.context, call.padded_size, width}, count);
  for (std::size_t r = 0; r < count; ++r) {
    float* dst = call.dst.row(first + static_cast<std::int64_t>(r));
    for (std::size_t k = 0; k < call.size; ++k)
      dst[k] = call.context[r * call.padded_size + k] * share[r];
  }
}

template <class D>
HWY_INLINE void attend_head(D d, const FeatureCall& call) {
  constexpr float kNone = -std::numeric_limits<float>::infinity();
  std::fill_n(call.sums, call.features * call.padded_size, 0.0f);
  std::fill_n(call.totals, call.padded_features, 0.0f);
  std::fill_n(call.most, call.padded_features, kNone);
  const Centre centred = centre(call);
  constexpr auto kStep = static_cast<std::int64_t>(kBlockRows);
  for (std::int64_t first = 0; first < call.key.rows; first += kStep)
    add_keys(d, call, centred, first,
             static_cast<std::size_t>(std::min(kStep, call.key.rows - first)));
  // Columns of no feature weigh nothing.
  std::fill(call.most + call.features, call.most + call.padded_features, kNone);
  for (std::int64_t first = 0; first < call.query.rows; first += kStep)
    read_queries(d, call, centred, first,
                 static_cast<std::size_t>(std::min(kStep, call.query.rows - first)));
}

void AttendPerformer(const AttentionShape& shape, const tensor::Tensor& directions,
                     ConstMatrix query, ConstMatrix key, ConstMatrix value, Matrix dst,
                     Workspace& workspace) {
  const hn::CappedTag<float, 16> d;
  FeatureCall call{};
  call.scale = shape.scale;
  call.size = static_cast<std::size_t>(shape.head_size);
  call.padded_size = whole_panels(d, call.size);
  call.features = static_cast<std::size_t>(directions.rows());
  call.padded_features = whole_panels(d, call.features);
  // Whole vectors, each part as aligned as the whole.
  const std::size_t sizes[] = {call.size * call.padded_features,
                               kBlockRows * call.padded_features,
                               kBlockRows * call.padded_size,
                               kBlockRows * call.padded_size,
                               call.features * call.padded_size,
                               call.padded_features,
                               call.padded_features,
                               call.padded_features,
                               kBlockRows * call.size};
  float** parts[] = {&call.directions, &call.weights, &call.values, &call.context, &call.sums,
                     &call.totals,     &call.most,    &call.shrink, &call.rows};
  std::size_t all = 0;
  for (const std::size_t size : sizes) all += size;
  float* next = workspace.scratch(all);
  for (std::size_t k = 0; k < std::size(sizes); next += sizes[k++]) *parts[k] = next;

  std::fill_n(call.directions, sizes[0], 0.0f);
  for (std::size_t f = 0; f < call.features; ++f)
    pack_column(d, directions.row(static_cast<std::int64_t>(f)).data(), call.size, f,
                call.directions);
  for (std::int64_t h = 0; h < shape.heads; ++h) {
    const auto columns = [&](auto matrix, std::int64_t rows) {
      matrix.data += h * shape.head_size;
      matrix.rows = rows;
      matrix.columns = shape.head_size;
      return matrix;
    };
    call.query = columns(query, query.rows);
    call.key = columns(key, key.rows);
    call.value = columns(value, key.rows);
    call.dst = columns(dst, query.rows);
    attend_head(d, call);
  }
}

}  // namespace nlp::dnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nlp::dnn {
HWY_EXPORT(AttendPerformer);

void performer_attention(const AttentionShape& shape, ConstMatrix query, ConstMatrix key,
                         ConstMatrix value, Matrix dst, Workspace& workspace) {
  tensor::Tensor& directions = workspace.impl().random_features[shape.head_size];
  if (directions.empty())
    directions = random_features(workspace.attention().features, shape.head_size);
  HWY_DYNAMIC_DISPATCH(AttendPerformer)
  (shape, directions, query, key, value, dst, workspace);
}

}  // namespace nlp::dnn
#endif
