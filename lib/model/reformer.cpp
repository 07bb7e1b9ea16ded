#include "model/reformer.hpp"

#include <algorithm>

#include "dnn/elementwise.hpp"
#include "model/chunked_attention.hpp"

namespace nlp::model {
namespace {

void copy(dnn::ConstMatrix src, dnn::Matrix dst) {
  for (std::int64_t n = 0; n < src.rows; ++n) std::copy_n(src.row(n), src.columns, dst.row(n));
}

std::vector<dnn::Embedding> read_positions(const Config& config, const Weights& weights,
                                           const std::string& module) {
  const Reformer& kind = config.reformer;
  std::vector<dnn::Embedding> tables;
  if (kind.axis_rows.empty()) {
    tables.push_back(
        weights.embedding(module + ".embedding", config.position_rows, config.hidden_size));
    return tables;
  }
  for (std::size_t axis = 0; axis < kind.axis_rows.size(); ++axis) {
    // Stored with an extent of 1 for the other axis.
    tensor::Shape shape(kind.axis_rows.size(), 1);
    shape[axis] = kind.axis_rows[axis];
    shape.push_back(kind.axis_sizes[axis]);
    tensor::TensorView table = weights.tensor(fmt::format("{}.weights.{}", module, axis), shape);
    table.shape = {kind.axis_rows[axis], kind.axis_sizes[axis]};
    tables.emplace_back(table);
  }
  return tables;
}

}  // namespace

ReformerEncoder::ReformerEncoder(const Config& config, const Family& family, const Weights& weights)
    : config_(config),
      words_(weights.embedding(weights.encoder_name(family.names.word_embeddings),
                               config.vocab_size, config.hidden_size)),
      positions_(
          read_positions(config, weights, weights.encoder_name(family.names.position_embeddings))),
      final_norm_(weights.layer_norm(weights.encoder_name(family.names.final_norm),
                                     2 * config.hidden_size, config.layer_norm_epsilon)) {
  for (std::int64_t layer = 0; layer < config.layers; ++layer)
    layers_.push_back(read_layer(family, weights, layer));
}

ReformerEncoder::Layer ReformerEncoder::read_layer(const Family& family, const Weights& weights,
                                                   std::int64_t layer) const {
  const WeightNames& names = family.names;
  const std::string before = weights.encoder_name(fmt::format(fmt::runtime(names.layer), layer));
  const auto name = [&](std::string_view part) { return before + std::string(part); };
  const auto hidden = config_.hidden_size, inner = config_.intermediate_size,
             width = config_.heads * config_.head_size;
  const auto norm = [&](std::string_view part) {
    return weights.layer_norm(name(part), hidden, config_.layer_norm_epsilon);
  };
  std::unique_ptr<Attention> attention;
  if (config_.reformer.layers[static_cast<std::size_t>(layer)] == LayerKind::hashed)
    attention = std::make_unique<HashChunkAttention>(
        config_, weights.linear({name(names.query_key_value), name(names.value)}, width, hidden));
  else
    attention = std::make_unique<LocalChunkAttention>(
        config_,
        weights.linear({name(names.query), name(names.key), name(names.value)}, width, hidden));
  return {norm(names.attention_norm), std::move(attention),
          weights.linear({name(names.attention_output)}, hidden, width), norm(names.output_norm),
          FeedForward{weights.linear({name(names.intermediate)}, inner, hidden,
                                     {.activation = to_dnn(config_.activation)}),
                      std::nullopt, weights.linear({name(names.output)}, hidden, inner)}};
}

void ReformerEncoder::embed(const Batch& batch, dnn::Matrix dst) const {
  words_.look_up(batch.ids, dst);
  const std::vector<std::int64_t>& rows = config_.reformer.axis_rows;
  std::vector<std::int32_t> places(batch.ids.size());
  std::int64_t column = 0;
  for (std::size_t axis = 0; axis < positions_.size(); ++axis) {
    // Position p is place p / (product of the extents behind), modulo its own.
    std::int64_t behind = 1;
    for (std::size_t k = axis + 1; k < rows.size(); ++k) behind *= rows[k];
    for (std::int64_t b = 0; b < batch.texts(); ++b)
      for (std::int64_t n = batch.starts[b]; n < batch.starts[b + 1]; ++n)
        places[static_cast<std::size_t>(n)] =
            static_cast<std::int32_t>((n - batch.starts[b]) / behind % positions_[axis].rows());
    const std::int64_t size = positions_[axis].table().shape[1];
    positions_[axis].add(places, {dst.data + column, dst.rows, size, dst.stride});
    column += size;
  }
}

void ReformerEncoder::forward(const Batch& batch, const Keep& keep, dnn::Workspace& workspace,
                              BlockBuffers& buffers, Encoded& dst) const {
  const std::int64_t count = batch.rows(), hidden = config_.hidden_size;
  dst.hidden.clear();
  dst.hidden.resize(layers_.size() + 1);
  dst.attention.clear();
  dst.attention.resize(keep.attention ? layers_.size() : 0);
  dst.last.resize({count, 2 * hidden});
  buffers.normed.resize({count, hidden});
  buffers.context.resize({count, config_.heads * config_.head_size});
  buffers.summand.resize({count, hidden});
  const dnn::Matrix first{dst.last.data(), count, hidden, 2 * hidden},
      second{dst.last.data() + hidden, count, hidden, 2 * hidden},
      normed = dnn::matrix(buffers.normed), context = dnn::matrix(buffers.context),
      summand = dnn::matrix(buffers.summand);
  const auto keep_second = [&](std::size_t k) {
    if (k >= keep.hidden.size() || !keep.hidden[k]) return;
    dst.hidden[k].resize({count, hidden});
    copy(second, dnn::matrix(dst.hidden[k]));
  };
  embed(batch, second);
  copy(second, first);
  keep_second(0);
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    const Layer& own = layers_[layer];
    dnn::layer_norm(own.attention_norm, second, normed);
    run_attention(*own.attention, {batch, normed, context, workspace, buffers,
                                   keep.attention ? &dst.attention[layer] : nullptr});
    own.attention_output.forward(context, summand, workspace);
    dnn::add(first, summand, first);
    dnn::layer_norm(own.output_norm, first, normed);
    run_feed_forward(own.feed_forward, normed, summand, workspace, buffers);
    dnn::add(second, summand, second);
    keep_second(layer + 1);
  }
  dnn::layer_norm(final_norm_, dnn::matrix(dst.last), dnn::matrix(dst.last));
  if (!keep.rows.empty()) keep_rows(keep.rows, buffers, dst.last);
}

}  // namespace nlp::model
