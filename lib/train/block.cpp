#include "train/block.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "dnn/activation_training.hpp"
#include "dnn/elementwise.hpp"
#include "dnn/rotary.hpp"
#include "model/attention.hpp"
#include "model/encoder.hpp"

namespace nlp::train {
namespace {

using dnn::ConstMatrix;
using dnn::Matrix;

// Places where values are dropped.
enum Site : std::uint64_t { kAttentionOutput, kOutput, kProbabilities };

dnn::Dropout dropout_at(float rate, std::uint64_t key, Site site, std::uint64_t text = 0) {
  return {rate, key * 0x9E3779B97F4A7C15u + (static_cast<std::uint64_t>(site) << 56) +
                    text * 0xD1B54A32D192ED03u};
}

void gather(ConstMatrix src, std::span<const std::int32_t> rows, Matrix dst) {
  for (std::size_t k = 0; k < rows.size(); ++k)
    std::copy_n(src.row(rows[k]), src.columns, dst.row(static_cast<std::int64_t>(k)));
}

void scatter_add(ConstMatrix src, std::span<const std::int32_t> rows, Matrix dst) {
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::int64_t one = static_cast<std::int64_t>(k);
    const Matrix to{dst.row(rows[k]), 1, dst.columns, dst.stride};
    dnn::add({src.row(one), 1, src.columns, src.stride}, to, to);
  }
}

Matrix columns(Matrix all, std::int64_t first, std::int64_t count) {
  return {all.data + first, all.rows, count, all.stride};
}
template <class Value>
dnn::BasicMatrix<Value> text_rows(dnn::BasicMatrix<Value> all, std::span<const std::int64_t> starts,
                                  std::int64_t text) {
  const auto b = static_cast<std::size_t>(text);
  return {all.row(starts[b]), starts[b + 1] - starts[b], all.columns, all.stride};
}

// Gradients of dropped rows: those that came, or a copy with the same values dropped.
ConstMatrix drop_backward(const dnn::Dropout& dropout, ConstMatrix diff, tensor::Tensor& copy) {
  if (dropout.rate <= 0) return diff;
  const Matrix dropped = padded_matrix(copy, diff.rows, diff.columns);
  for (std::int64_t n = 0; n < diff.rows; ++n)
    std::copy_n(diff.row(n), diff.columns, dropped.row(n));
  dnn::dropout(dropout, first_rows(dropped, diff.rows));
  return first_rows(dropped, diff.rows);
}

std::span<float> bias_of(const Linear& layer, Shard& shard) {
  if (layer.bias < 0) return {};
  return {shard.vectors.data() + layer.bias, static_cast<std::size_t>(layer.outputs)};
}

void store_diff(const BlockPass& pass, ConstMatrix diff, const Linear& layer, Shard& shard,
                dnn::StoredRows& dst) {
  if (layer.bias < 0)
    dnn::store_rows(pass.parameters.type(), diff, dst);
  else
    dnn::store_rows(pass.parameters.type(), diff, dst, bias_of(layer, shard));
}

// Queries [., A*D] and keys and values [N, 2*A*D] of the block, and the texts' rows in each.
struct Sides {
  Matrix query, key, value;
  std::span<const std::int64_t> query_starts;
};

Sides sides_of(const Block& block, bool some, Shard& shard, tensor::Tensor& query,
               tensor::Tensor& query_key_value) {
  const std::int64_t width = block.attention.heads * block.attention.head_size;
  const std::int64_t parts = some ? 2 : 3, first = some ? 0 : width;
  const Matrix all{query_key_value.data(), shard.batch.rows(), parts * width, parts * width};
  const auto wanted = static_cast<std::int64_t>(shard.wanted.rows.size());
  return {some ? Matrix{query.data(), wanted, width, width} : columns(all, 0, width),
          columns(all, first, width), columns(all, first + width, width),
          some ? std::span<const std::int64_t>(shard.wanted.starts)
               : std::span<const std::int64_t>(shard.batch.starts)};
}

void rotate_all(const Block& block, const tensor::Tensor& rotation, const Shard& shard,
                const Sides& sides) {
  const std::int64_t width = block.attention.heads * block.attention.head_size;
  for (std::int64_t b = 0; b < shard.batch.texts(); ++b) {
    const Matrix query = text_rows(sides.query, shard.batch.starts, b);
    // Queries and keys lie beside each other.
    dnn::rotate(rotation, 2 * block.attention.heads,
                {query.data, query.rows, 2 * width, query.stride});
  }
}

void make_rotations(const Block& block, const Shard& shard, PassBuffers& buffers) {
  std::int64_t longest = 0;
  for (std::int64_t b = 0; b < shard.batch.texts(); ++b)
    longest = std::max(longest, shard.batch.starts[static_cast<std::size_t>(b) + 1] -
                                    shard.batch.starts[static_cast<std::size_t>(b)]);
  const std::int64_t size = block.attention.head_size;
  dnn::make_rotation(block.rotary_base, size, longest, buffers.rotation);
  buffers.rotation_back.resize(buffers.rotation.shape());
  for (std::int64_t t = 0; t < longest; ++t)
    for (std::int64_t k = 0; k < size; ++k) {
      const float value = buffers.rotation.data()[t * size + k];
      buffers.rotation_back.data()[t * size + k] = k < size / 2 ? value : -value;
    }
}

dnn::AttentionForTraining attention_call(const Block& block, const BlockPass& pass,
                                         const Shard& shard, std::int64_t text) {
  dnn::AttentionForTraining call{.shape = block.attention};
  call.dropout = dropout_at(pass.dropout.attention, pass.key, kProbabilities,
                            static_cast<std::uint64_t>(text) + 1);
  if (pass.some) {
    const auto b = static_cast<std::size_t>(text);
    const auto first = static_cast<std::size_t>(shard.wanted.starts[b]),
               last = static_cast<std::size_t>(shard.wanted.starts[b + 1]);
    call.positions = std::span(shard.wanted.positions).subspan(first, last - first);
  }
  return call;
}

// src rows of the attention part -> context of the wanted rows.
void attention_forward(const Block& block, const BlockPass& pass, ConstMatrix src, Shard& shard,
                       BlockState& state, Matrix context) {
  const dnn::ComputeType type = pass.parameters.type();
  const std::int64_t width = block.attention.heads * block.attention.head_size;
  dnn::store_rows(type, src, state.src);
  if (pass.some) {
    const auto wanted = static_cast<std::int64_t>(shard.wanted.rows.size());
    const Matrix picked = padded_matrix(pass.buffers.query, wanted, src.columns);
    gather(src, shard.wanted.rows, picked);
    dnn::store_rows(type, first_rows(picked, wanted), state.query_src);
    linear_forward(block.query_key_value.part(0, width), pass.parameters, state.query_src,
                   padded_matrix(state.query, wanted, width), pass.workspace);
    linear_forward(block.query_key_value.part(width, 2 * width), pass.parameters, state.src,
                   padded_matrix(state.query_key_value, src.rows, 2 * width), pass.workspace);
  } else {
    linear_forward(block.query_key_value, pass.parameters, state.src,
                   padded_matrix(state.query_key_value, src.rows, 3 * width), pass.workspace);
  }
  const Sides sides = sides_of(block, pass.some, shard, state.query, state.query_key_value);
  if (block.rotary_base > 0) {
    make_rotations(block, shard, pass.buffers);
    rotate_all(block, pass.buffers.rotation, shard, sides);
  }
  for (std::int64_t b = 0; b < shard.batch.texts(); ++b)
    dnn::attention_forward(
        attention_call(block, pass, shard, b), text_rows(sides.query, sides.query_starts, b),
        text_rows(sides.key, shard.batch.starts, b), text_rows(sides.value, shard.batch.starts, b),
        text_rows(context, sides.query_starts, b), pass.workspace);
}

// diff of the context -> diff of src [N,H].
void attention_backward(const Block& block, const BlockPass& pass, ConstMatrix diff_context,
                        Shard& shard, BlockState& state, Matrix diff_src, bool add) {
  const std::int64_t width = block.attention.heads * block.attention.head_size;
  const std::int64_t rows = shard.batch.rows(), wanted = diff_context.rows;
  const std::int64_t parts = pass.some ? 2 : 3;
  padded_matrix(pass.buffers.wide, rows, parts * width);
  padded_matrix(pass.buffers.query, wanted, width);
  const Sides sides = sides_of(block, pass.some, shard, state.query, state.query_key_value),
              diffs = sides_of(block, pass.some, shard, pass.buffers.query, pass.buffers.wide);
  for (std::int64_t b = 0; b < shard.batch.texts(); ++b) {
    const auto text = [&](Matrix all) { return text_rows(all, shard.batch.starts, b); };
    if (text_rows(sides.query, sides.query_starts, b).rows == 0)
      for (const Matrix unread : {text(diffs.key), text(diffs.value)})
        for (std::int64_t n = 0; n < unread.rows; ++n) std::fill_n(unread.row(n), width, 0.0f);
    dnn::attention_backward(attention_call(block, pass, shard, b),
                            text_rows(sides.query, sides.query_starts, b), text(sides.key),
                            text(sides.value), text_rows(diff_context, sides.query_starts, b),
                            text_rows(diffs.query, sides.query_starts, b), text(diffs.key),
                            text(diffs.value), pass.workspace);
  }
  if (block.rotary_base > 0) {
    make_rotations(block, shard, pass.buffers);
    rotate_all(block, pass.buffers.rotation_back, shard, diffs);
  }
  const ConstMatrix all = first_rows(dnn::matrix(pass.buffers.wide), rows);
  // Two layers, since another run of the block may take them apart.
  const Linear query = block.query_key_value.part(0, width),
               key_value = block.query_key_value.part(width, 2 * width);
  if (!pass.some) {
    store_diff(pass, all, block.query_key_value, shard, state.diff_query_key_value);
    linear_backward(block.query_key_value, pass.parameters, state.diff_query_key_value, diff_src,
                    add, pass.workspace);
    shard.uses.push_back({query, &state.src, &state.diff_query_key_value});
    shard.uses.push_back({key_value, &state.src, &state.diff_query_key_value, width});
    return;
  }
  store_diff(pass, all, key_value, shard, state.diff_query_key_value);
  store_diff(pass, diffs.query, query, shard, state.diff_query);
  linear_backward(key_value, pass.parameters, state.diff_query_key_value, diff_src, add,
                  pass.workspace);
  const Matrix picked = padded_matrix(pass.buffers.normed, wanted, query.inputs);
  linear_backward(query, pass.parameters, state.diff_query, picked, false, pass.workspace);
  scatter_add(first_rows(picked, wanted), shard.wanted.rows, diff_src);
  shard.uses.push_back({key_value, &state.src, &state.diff_query_key_value});
  shard.uses.push_back({query, &state.query_src, &state.diff_query});
}

void feed_forward_forward(const Block& block, const BlockPass& pass, ConstMatrix src,
                          BlockState& state, Matrix dst) {
  const dnn::ComputeType type = pass.parameters.type();
  dnn::store_rows(type, src, state.feed_forward_src);
  const Matrix wide = padded_matrix(pass.buffers.wide, src.rows, block.intermediate.outputs);
  linear_forward(block.intermediate, pass.parameters, state.feed_forward_src, wide, pass.workspace);
  const ConstMatrix all = first_rows(wide, src.rows);
  if (block.gated)
    dnn::activate_gated_forward(block.activation, type, all, state.active, state.derivative);
  else
    dnn::activate_forward(block.activation, type, all, state.active, state.derivative);
  linear_forward(block.output, pass.parameters, state.active, dst, pass.workspace);
}

// diff: of what the feed-forward gave.
void feed_forward_backward(const Block& block, const BlockPass& pass, ConstMatrix diff,
                           Shard& shard, BlockState& state, Matrix diff_src, bool add) {
  store_diff(pass, diff, block.output, shard, state.diff_output);
  const Matrix wide = padded_matrix(pass.buffers.wide, diff.rows, block.output.inputs);
  linear_backward(block.output, pass.parameters, state.diff_output, wide, false, pass.workspace);
  dnn::activate_backward(first_rows(wide, diff.rows), state.derivative, state.diff_intermediate,
                         bias_of(block.intermediate, shard));
  linear_backward(block.intermediate, pass.parameters, state.diff_intermediate, diff_src, add,
                  pass.workspace);
  shard.uses.push_back({block.output, &state.active, &state.diff_output});
  shard.uses.push_back({block.intermediate, &state.feed_forward_src, &state.diff_intermediate});
}

}  // namespace

Block add_block(const model::Config& config, const model::Family& family, const LayerNames& names,
                const std::string& before, std::int64_t layer) {
  const model::WeightNames& parts = family.names;
  const auto name = [&](std::string_view part) { return before + std::string(part); };
  const std::int64_t hidden = config.hidden_size, width = config.heads * config.head_size;
  const auto norm = [&](std::string_view part) {
    return add_norm(names, name(part), hidden, config.layer_norm_epsilon, !config.rms_norm);
  };
  Block block;
  block.attention = model::attention_shape(config, layer);
  block.pre_norm = config.pre_norm;
  block.activation = model::to_dnn(config.activation);
  block.gated = !parts.intermediate_gate.empty();
  if (!config.rotary_bases.empty())
    block.rotary_base = config.rotary_bases[static_cast<std::size_t>(layer)];
  block.query_key_value =
      parts.query_key_value.empty()
          ? add_linear(names, {name(parts.query), name(parts.key), name(parts.value)}, width,
                       hidden)
          : add_linear(names, {name(parts.query_key_value)}, 3 * width, hidden);
  block.attention_output = add_linear(names, {name(parts.attention_output)}, hidden, width);
  block.intermediate =
      block.gated
          ? add_linear(names, {name(parts.intermediate_gate)}, 2 * config.intermediate_size, hidden)
          : add_linear(names, {name(parts.intermediate)}, config.intermediate_size, hidden);
  block.output = add_linear(names, {name(parts.output)}, hidden, config.intermediate_size);
  if (!config.bare_first_attention || layer > 0) block.attention_norm = norm(parts.attention_norm);
  block.output_norm = norm(parts.output_norm);
  return block;
}

void block_forward(const Block& block, const BlockPass& pass, Shard& shard, BlockState& state) {
  PassBuffers& buffers = pass.buffers;
  const std::int64_t hidden = shard.rows.shape()[1];
  const Matrix x = first_rows(dnn::matrix(shard.rows), shard.batch.rows());
  const auto rows =
      pass.some ? static_cast<std::int64_t>(shard.wanted.rows.size()) : shard.batch.rows();

  ConstMatrix src = x;
  if (block.pre_norm && block.attention_norm) {
    const Matrix normed = first_rows(padded_matrix(buffers.normed, x.rows, hidden), x.rows);
    norm_forward(*block.attention_norm, pass.parameters, x, {}, state.attention_norm, normed);
    src = normed;
  }
  const std::int64_t width = block.attention_output.inputs;
  const Matrix context = first_rows(padded_matrix(buffers.context, rows, width), rows);
  attention_forward(block, pass, src, shard, state, context);
  dnn::store_rows(pass.parameters.type(), context, state.context);
  Matrix summand = padded_matrix(buffers.summand, rows, hidden);
  linear_forward(block.attention_output, pass.parameters, state.context, summand, pass.workspace);
  summand.rows = rows;
  dnn::dropout(dropout_at(pass.dropout.hidden, pass.key, kAttentionOutput), summand);

  // From here on there are the wanted rows only; they move to the front.
  if (pass.some) gather(x, shard.wanted.rows, x);
  const Matrix y{x.data, rows, hidden, hidden};
  if (block.pre_norm)
    dnn::add(summand, y, y);
  else
    norm_forward(*block.attention_norm, pass.parameters, summand, y, state.attention_norm, y);

  src = y;
  if (block.pre_norm) {
    const Matrix normed = first_rows(padded_matrix(buffers.normed, rows, hidden), rows);
    norm_forward(block.output_norm, pass.parameters, y, {}, state.output_norm, normed);
    src = normed;
  }
  feed_forward_forward(block, pass, src, state, dnn::matrix(buffers.summand));
  dnn::dropout(dropout_at(pass.dropout.hidden, pass.key, kOutput), summand);
  if (block.pre_norm)
    dnn::add(summand, y, y);
  else
    norm_forward(block.output_norm, pass.parameters, summand, y, state.output_norm, y);
}

void block_backward(const Block& block, const BlockPass& pass, Shard& shard, BlockState& state) {
  PassBuffers& buffers = pass.buffers;
  const std::int64_t hidden = shard.diff.shape()[1], all = shard.batch.rows();
  const auto rows = pass.some ? static_cast<std::int64_t>(shard.wanted.rows.size()) : all;
  const Matrix padded{shard.diff.data(), dnn::padded_rows(rows), hidden, hidden};
  const Matrix diff = first_rows(padded, rows);  // of y behind the feed-forward, then before it
  float* vectors = shard.vectors.data();

  if (!block.pre_norm)
    norm_backward(block.output_norm, pass.parameters, diff, state.output_norm, diff, vectors);
  const auto of_output =
      drop_backward(dropout_at(pass.dropout.hidden, pass.key, kOutput), diff, buffers.summand);
  if (block.pre_norm) {
    const Matrix normed = padded_matrix(buffers.normed, rows, hidden);
    feed_forward_backward(block, pass, of_output, shard, state, normed, false);
    norm_backward(block.output_norm, pass.parameters, first_rows(normed, rows), state.output_norm,
                  first_rows(normed, rows), vectors);
    dnn::add(first_rows(normed, rows), diff, diff);
  } else {
    feed_forward_backward(block, pass, of_output, shard, state, padded, true);
    norm_backward(*block.attention_norm, pass.parameters, diff, state.attention_norm, diff,
                  vectors);
  }

  const auto of_attention = drop_backward(
      dropout_at(pass.dropout.hidden, pass.key, kAttentionOutput), diff, buffers.summand);
  store_diff(pass, of_attention, block.attention_output, shard, state.diff_attention_output);
  const Matrix context = padded_matrix(buffers.context, rows, block.attention_output.inputs);
  linear_backward(block.attention_output, pass.parameters, state.diff_attention_output, context,
                  false, pass.workspace);
  shard.uses.push_back({block.attention_output, &state.context, &state.diff_attention_output});

  if (pass.some) {  // the gradient of the stream is that of all rows again
    const Matrix rest = padded_matrix(buffers.rest, rows, hidden);
    std::copy_n(diff.data, rows * hidden, rest.data);
    const Matrix whole = padded_matrix(shard.diff, all, hidden);
    std::fill_n(whole.data, whole.rows * hidden, 0.0f);
    scatter_add(first_rows(rest, rows), shard.wanted.rows, whole);
  }
  const Matrix stream{shard.diff.data(), dnn::padded_rows(all), hidden, hidden};
  const ConstMatrix diff_context = first_rows(context, rows);
  if (block.pre_norm && block.attention_norm) {
    const Matrix of_src = padded_matrix(buffers.summand, all, hidden);
    attention_backward(block, pass, diff_context, shard, state, of_src, false);
    const Matrix normed = first_rows(of_src, all);
    norm_backward(*block.attention_norm, pass.parameters, normed, state.attention_norm, normed,
                  vectors);
    dnn::add(normed, first_rows(stream, all), first_rows(stream, all));
  } else {
    attention_backward(block, pass, diff_context, shard, state, stream, true);
  }
}

}  // namespace nlp::train
