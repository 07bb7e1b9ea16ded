#include "model/disentangled.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "dnn/product.hpp"

namespace nlp::model {
namespace {

// Columns are projected and multiplied in pieces of this many: whole vectors on every machine.
constexpr std::int64_t kPiece = 16;

// What the scores of one text get from positions, a head at a time.
class PositionTerm final : public dnn::ScoreTerm {
 public:
  // query and key [T,A*D].  queries and keys [A*D,W] or without data: columns of the text's
  // distances.  row_of[k] is the column of distance T - 1 - k.
  PositionTerm(std::int64_t head_size, float scale, dnn::ConstMatrix query, dnn::ConstMatrix key,
               dnn::ConstMatrix queries, dnn::ConstMatrix keys, const std::int32_t* row_of,
               dnn::Matrix to_keys, dnn::Matrix to_queries)
      : head_size_(head_size),
        scale_(scale),
        query_(query),
        key_(key),
        queries_(queries),
        keys_(keys),
        row_of_(row_of),
        to_keys_(to_keys),
        to_queries_(to_queries) {}

  void begin(std::int64_t head) const override {
    const std::int64_t column = head * head_size_;
    const auto part = [&](dnn::ConstMatrix rows) {
      return dnn::ConstMatrix{rows.data + column, rows.rows, head_size_, rows.stride};
    };
    const auto table = [&](dnn::ConstMatrix all) {
      return dnn::ConstMatrix{all.row(column), head_size_, all.columns, all.stride};
    };
    if (keys_.data) dnn::product(part(query_), table(keys_), scale_, to_keys_);
    if (queries_.data) dnn::product(part(key_), table(queries_), scale_, to_queries_);
  }

  void add(std::int64_t /*head*/, std::int64_t query, std::int64_t first,
           std::span<float> scores) const override {
    const std::int32_t* row_of = row_of_ + query_.rows - 1 - query + first;
    if (keys_.data) {
      const float* by_distance = to_keys_.row(query);
      for (std::size_t k = 0; k < scores.size(); ++k) scores[k] += by_distance[row_of[k]];
    }
    if (queries_.data) {
      const float* of_key = to_queries_.row(first);
      for (std::size_t k = 0; k < scores.size(); ++k, of_key += to_queries_.stride)
        scores[k] += of_key[row_of[k]];
    }
  }

 private:
  std::int64_t head_size_;
  float scale_;
  dnn::ConstMatrix query_, key_, queries_, keys_;
  const std::int32_t* row_of_;
  dnn::Matrix to_keys_, to_queries_;  // [T,W]
};

}  // namespace

std::int64_t log_bucket(std::int64_t distance, std::int64_t span, std::int64_t max_distance) {
  const std::int64_t middle = span / 2, size = std::abs(distance);
  if (size <= middle) return distance;
  const auto near = static_cast<float>(middle);
  const float share = std::log(static_cast<float>(size) / near) /
                      std::log(static_cast<float>(static_cast<double>(max_distance - 1) /
                                                  static_cast<double>(middle)));
  const auto bucket =
      static_cast<std::int64_t>(std::ceil(share * static_cast<float>(middle - 1))) + middle;
  return distance < 0 ? -bucket : bucket;
}

std::int64_t position_row(const Disentangled& kind, std::int64_t distance) {
  const std::int64_t bucket =
      kind.buckets ? log_bucket(distance, kind.span, kind.max_distance) : distance;
  return std::clamp<std::int64_t>(bucket + kind.span, 0, 2 * kind.span - 1);
}

DisentangledAttention::DisentangledAttention(const Config& config, const WeightNames& names,
                                             const Weights& weights, dnn::Linear query_key_value,
                                             std::optional<dnn::Linear> positions)
    : kind_(config.disentangled),
      shape_(attention_shape(config, 0)),
      query_key_value_(std::move(query_key_value)),
      positions_(std::move(positions)) {
  shape_.scale =
      1 / std::sqrt(static_cast<float>(config.head_size) * static_cast<float>(kind_.kinds));
  if (kind_.span == 0) return;
  table_ = weights.tensor(weights.encoder_name(names.relative_embeddings) + ".weight",
                          {2 * kind_.span, config.hidden_size});
  if (kind_.norm)
    norm_ = weights.layer_norm(weights.encoder_name(names.relative_norm), config.hidden_size,
                               config.layer_norm_epsilon);
  padded_ = (2 * kind_.span + kPiece - 1) / kPiece * kPiece;
  done_ = {kind_.span / kPiece * kPiece, kind_.span / kPiece * kPiece};
  const tensor::Shape shape{config.heads * config.head_size, padded_};
  if (kind_.position_to_content) queries_ = tensor::Tensor(shape);
  if (kind_.content_to_position) keys_ = tensor::Tensor(shape);
}

void DisentangledAttention::project(Range rows, dnn::Workspace& workspace) const {
  const std::int64_t hidden = table_.shape[1], size = shape_.heads * shape_.head_size;
  const std::int64_t stored = std::min(rows.last, table_.shape[0]) - rows.first;
  const std::int64_t count = rows.last - rows.first;
  if (count <= 0) return;
  const dnn::Linear& linear = positions_ ? *positions_ : query_key_value_;
  tensor::Tensor src = tensor::Tensor::zeros({count, hidden}), dst({count, linear.outputs()});
  tensor::to_f32(table_, rows.first * hidden,
                 src.values().first(static_cast<std::size_t>(stored * hidden)));
  if (norm_) dnn::layer_norm(*norm_, dnn::matrix(src), dnn::matrix(src));
  linear.forward(dnn::matrix(std::as_const(src)), dnn::matrix(dst), workspace);
  const auto turn = [&](tensor::Tensor& to, std::int64_t part) {
    for (std::int64_t k = 0; k < size; ++k)
      for (std::int64_t n = 0; n < count; ++n)
        to.row(k)[static_cast<std::size_t>(rows.first + n)] =
            dst.row(n)[static_cast<std::size_t>(part * size + k)];
  };
  if (kind_.position_to_content) turn(queries_, 0);
  if (kind_.content_to_position) turn(keys_, positions_ && !kind_.position_to_content ? 0 : 1);
}

DisentangledAttention::Range DisentangledAttention::project(std::int64_t tokens,
                                                            dnn::Workspace& workspace) const {
  const Range need{position_row(kind_, 1 - tokens) / kPiece * kPiece,
                   position_row(kind_, tokens - 1) / kPiece * kPiece + kPiece};
  // Others may read what is done while this adds to it on both sides.
  const std::lock_guard lock(mutex_);
  if (need.first < done_.first) {
    project({need.first, done_.first}, workspace);
    done_.first = need.first;
  }
  if (need.last > done_.last) {
    project({done_.last, need.last}, workspace);
    done_.last = need.last;
  }
  return need;
}

void DisentangledAttention::forward(const AttentionCall& call) const {
  const std::int64_t width = shape_.heads * shape_.head_size;
  BlockBuffers& buffers = call.buffers;
  buffers.query_key_value.resize({call.batch.rows(), 3 * width});
  const dnn::Matrix query_key_value = dnn::matrix(buffers.query_key_value);
  query_key_value_.forward(call.src, query_key_value, call.workspace);
  for (std::int64_t b = 0; b < call.batch.texts(); ++b) {
    const auto first = call.batch.starts[b], size = call.batch.starts[b + 1] - first;
    const dnn::ConstMatrix rows{query_key_value.row(first), size, 3 * width, 3 * width};
    const dnn::Matrix dst{call.dst.row(first), size, width, call.dst.stride};
    float* probabilities = next_probabilities(call, shape_.heads, size);
    if (size == 0 || kind_.span == 0) {
      dnn::attention(shape_, rows, dst, call.workspace, nullptr, probabilities);
      continue;
    }
    const Range range = project(size, call.workspace);
    const std::int64_t columns = range.last - range.first;
    buffers.positions.resize(static_cast<std::size_t>(2 * size - 1));
    for (std::int64_t k = 0; k < 2 * size - 1; ++k)
      buffers.positions[static_cast<std::size_t>(k)] =
          static_cast<std::int32_t>(position_row(kind_, size - 1 - k) - range.first);
    buffers.position_scores.resize({2 * size, columns});
    const auto scores = [&](std::int64_t part) {
      return dnn::Matrix{buffers.position_scores.row(part * size).data(), size, columns, columns};
    };
    const auto table = [&](const tensor::Tensor& all) {
      if (all.empty()) return dnn::ConstMatrix{};
      return dnn::ConstMatrix{all.data() + range.first, width, columns, padded_};
    };
    const auto part = [&](std::int64_t k) {
      return dnn::ConstMatrix{rows.data + k * width, size, width, rows.stride};
    };
    const PositionTerm term(shape_.head_size, shape_.scale, part(0), part(1), table(queries_),
                            table(keys_), buffers.positions.data(), scores(0), scores(1));
    dnn::attention(shape_, rows, dst, call.workspace, &term, probabilities);
  }
}

std::optional<dnn::Linear> read_positions(const Config& config, const WeightNames& names,
                                          const Weights& weights, std::string_view before) {
  const Disentangled& kind = config.disentangled;
  if (kind.span == 0 || kind.shares_projections ||
      !(kind.position_to_content || kind.content_to_position))
    return std::nullopt;
  const auto width = config.heads * config.head_size, hidden = config.hidden_size;
  std::vector<tensor::TensorView> parts, biases;
  tensor::Tensor none = tensor::Tensor::zeros({width});
  const auto read = [&](std::string_view part) {
    const std::string module = std::string(before) + std::string(part);
    parts.push_back(weights.tensor(module + ".weight", {width, hidden}));
    // The first version projects keys without a bias.
    biases.push_back(weights.has(module + ".bias")
                         ? weights.tensor(module + ".bias", {width})
                         : tensor::TensorView{tensor::DType::f32,
                                              {width},
                                              reinterpret_cast<const std::byte*>(none.data())});
  };
  if (kind.position_to_content) read(names.position_query);
  if (kind.content_to_position) read(names.position_key);
  return weights.linear(parts, biases);
}

}  // namespace nlp::model
