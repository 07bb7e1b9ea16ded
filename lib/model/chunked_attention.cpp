#include "model/chunked_attention.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace nlp::model {
namespace {

class NotItself final : public dnn::ScoreTerm {
 public:
  void add(std::int64_t /*head*/, std::int64_t query, std::int64_t first,
           std::span<float> scores) const override {
    scores[static_cast<std::size_t>(query - first)] = kItself;
  }
};

dnn::ConstMatrix columns(dnn::ConstMatrix rows, std::int64_t first, std::int64_t count) {
  return {rows.data + first, rows.rows, count, rows.stride};
}

dnn::ConstMatrix rows_of(dnn::ConstMatrix rows, std::int64_t first, std::int64_t count) {
  return {rows.row(first), count, rows.columns, rows.stride};
}

}  // namespace

std::int64_t chunked_length(const Reformer& kind, std::int64_t tokens) {
  std::int64_t least = 0, multiple = 1;
  const auto take = [&](std::int64_t length) {
    least = least ? std::min(least, length) : length;
    multiple = std::lcm(multiple, length);
  };
  const auto by_hash = [](LayerKind layer) { return layer == LayerKind::hashed; };
  if (std::ranges::any_of(kind.layers, by_hash)) take(kind.hashed.length);
  if (!std::ranges::all_of(kind.layers, by_hash)) take(kind.local.length);
  if (tokens <= least || multiple == 0) return tokens;
  return (tokens + multiple - 1) / multiple * multiple;
}

void LocalChunkAttention::forward(const AttentionCall& call) const {
  const std::int64_t width = shape_.heads * shape_.head_size, length = kind_.local.length;
  call.buffers.query_key_value.resize({call.batch.rows(), 3 * width});
  const dnn::Matrix rows = dnn::matrix(call.buffers.query_key_value);
  query_key_value_.forward(call.src, rows, call.workspace);
  tensor::Tensor keys, shares;
  for (std::int64_t b = 0; b < call.batch.texts(); ++b) {
    const auto first = call.batch.starts[b], size = call.batch.starts[b + 1] - first;
    const dnn::ConstMatrix text{rows.row(first), size, 3 * width, 3 * width};
    const dnn::Matrix dst{call.dst.row(first), size, width, call.dst.stride};
    float* probabilities = next_probabilities(call, shape_.heads, size);
    const std::int64_t padded = chunked_length(kind_, size), chunks = padded / length;
    if (padded <= length) {
      dnn::attention(shape_, text, dst, call.workspace, nullptr, probabilities);
      continue;
    }
    if (probabilities) std::fill_n(probabilities, shape_.heads * size * size, 0.0f);
    for (std::int64_t chunk = 0; chunk * length < size; ++chunk) {
      const std::int64_t begin = chunk * length, count = std::min(length, size - begin);
      std::vector<std::int64_t> seen;
      for (std::int64_t k = -kind_.local.before; k <= kind_.local.after; ++k) {
        const std::int64_t from = ((chunk + k) % chunks + chunks) % chunks * length;
        for (std::int64_t t = from; t < std::min(from + length, size); ++t) seen.push_back(t);
      }
      keys.resize({std::ssize(seen), 2 * width});
      for (std::int64_t k = 0; k < std::ssize(seen); ++k)
        std::copy_n(text.row(seen[static_cast<std::size_t>(k)]) + width, 2 * width,
                    keys.row(k).data());
      if (probabilities) shares.resize({shape_.heads, count, std::ssize(seen)});
      const dnn::ConstMatrix both = dnn::matrix(std::as_const(keys));
      dnn::attention(shape_, columns(rows_of(text, begin, count), 0, width),
                     columns(both, 0, width), columns(both, width, width),
                     {dst.row(begin), count, width, dst.stride}, call.workspace, nullptr,
                     probabilities ? shares.data() : nullptr);
      if (!probabilities) continue;
      const float* share = shares.data();
      for (std::int64_t h = 0; h < shape_.heads; ++h)
        for (std::int64_t i = begin; i < begin + count; ++i)
          for (const std::int64_t j : seen) probabilities[(h * size + i) * size + j] += *share++;
    }
  }
}

void scale_keys(dnn::ConstMatrix query, std::int64_t heads, dnn::Matrix dst) {
  constexpr float kEpsilon = 1e-6f;  // the reference's
  const std::int64_t size = query.columns / heads;
  for (std::int64_t t = 0; t < query.rows; ++t)
    for (std::int64_t h = 0; h < heads; ++h) {
      const float* from = query.row(t) + h * size;
      float squares = 0;
      for (std::int64_t k = 0; k < size; ++k) squares += from[k] * from[k];
      const float mean = squares / static_cast<float>(size);
      const float factor = 1 / std::sqrt(mean + kEpsilon) / std::sqrt(static_cast<float>(size));
      for (std::int64_t k = 0; k < size; ++k) dst.row(t)[h * size + k] = from[k] * factor;
    }
}

void HashChunkAttention::forward(const AttentionCall& call) const {
  const std::int64_t width = shape_.heads * shape_.head_size, count = call.batch.rows();
  call.buffers.query_key_value.resize({count, 2 * width});
  call.buffers.intermediate.resize({count, width});  // free until the feed-forward
  const dnn::Matrix rows = dnn::matrix(call.buffers.query_key_value),
                    keys = dnn::matrix(call.buffers.intermediate);
  query_value_.forward(call.src, rows, call.workspace);
  scale_keys(columns(rows, 0, width), shape_.heads, keys);
  for (std::int64_t b = 0; b < call.batch.texts(); ++b) {
    const auto first = call.batch.starts[b], size = call.batch.starts[b + 1] - first;
    const dnn::ConstMatrix text = rows_of(rows, first, size);
    const dnn::ConstMatrix query = columns(text, 0, width), value = columns(text, width, width),
                           key = rows_of(keys, first, size);
    const dnn::Matrix dst{call.dst.row(first), size, width, call.dst.stride};
    float* probabilities = next_probabilities(call, shape_.heads, size);
    const std::int64_t padded = chunked_length(kind_, size);
    if (padded <= kind_.hashed.length) {
      const NotItself term;
      dnn::attention(shape_, query, key, value, dst, call.workspace, &term, probabilities);
      continue;
    }
    const auto factors = bucket_factors(kind_, padded, kind_.max_tokens);
    for (std::int64_t h = 0; h < shape_.heads; ++h) {
      const std::int64_t column = h * shape_.head_size;
      const auto head = [&](dnn::ConstMatrix all) {
        return columns(all, column, shape_.head_size);
      };
      attend_by_hash(kind_, factors, h, head(query), head(key), head(value),
                     {dst.data + column, size, shape_.head_size, dst.stride},
                     probabilities ? probabilities + h * size * size : nullptr);
    }
  }
}

}  // namespace nlp::model
