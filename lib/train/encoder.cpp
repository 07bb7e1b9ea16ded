#include "train/encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/error.hpp"
#include "dnn/elementwise.hpp"
#include "model/embeddings.hpp"

namespace nlp::train {
namespace {

// What has no backward pass.
void check_trainable(const model::Config& config, const model::Family& family) {
  const char* const part = family.make_encoder           ? "its encoder"
                           : family.make_attention       ? "its attention"
                           : config.decoder.layers > 0   ? "a decoder"
                           : config.relative_buckets > 0 ? "a bias of attention by distance"
                           : config.convolution.size > 0 ? "a convolution"
                           : config.gated_feed_forward   ? "its gated feed-forward"
                           : config.embedding_scale != 1 ? "scaled embeddings"
                                                         : nullptr;
  if (part)
    throw Error(Kind::model,
                fmt::format("model_type \"{}\": cannot be trained yet ({} has no backward pass); "
                            "BERT, RoBERTa, CamemBERT, XLM-RoBERTa, DistilBERT, ALBERT, ELECTRA "
                            "and ModernBERT can",
                            config.model_type, part));
}

}  // namespace

Encoder::Encoder(const model::Config& config, const model::Family& family, const LayerNames& names)
    : config_(config) {
  check_trainable(config, family);
  const model::WeightNames& parts = family.names;
  const std::int64_t width = config.embedding_size;
  const auto table = [&](std::string_view name, std::int64_t rows) {
    names.parameters().end_stack();
    return names.matrix(std::string(name), rows, width);
  };
  const auto norm = [&](std::string_view name, std::int64_t size) {
    return add_norm(names, std::string(name), size, config.layer_norm_epsilon, !config.rms_norm);
  };
  word_table_ = table(parts.word_embeddings, config.vocab_size);
  if (!parts.position_embeddings.empty() && config.position_rows > 0)
    position_table_ = table(parts.position_embeddings, config.position_rows);
  if (!parts.type_embeddings.empty() && config.type_vocab_size > 0)
    type_table_ = table(parts.type_embeddings, config.type_vocab_size);
  if (!parts.embeddings_norm.empty()) embeddings_norm_ = norm(parts.embeddings_norm, width);
  if (!parts.embeddings_projection.empty() &&
      (width != config.hidden_size || config.layer_groups > 0))
    projection_ =
        add_linear(names, {std::string(parts.embeddings_projection)}, config.hidden_size, width);

  const std::int64_t groups = config.layer_groups ? config.layer_groups : config.layers;
  for (std::int64_t group = 0; group < groups; ++group)
    for (std::int64_t k = 0; k < config.blocks_in_group; ++k)
      blocks_.push_back(add_block(config, family, names,
                                  fmt::format(fmt::runtime(parts.layer), group, k), group));
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    const std::int64_t group =
        config.layer_groups ? layer * config.layer_groups / config.layers : layer;
    for (std::int64_t k = 0; k < config.blocks_in_group; ++k)
      runs_.push_back(static_cast<std::size_t>(group * config.blocks_in_group + k));
  }
  if (!parts.final_norm.empty()) final_norm_ = norm(parts.final_norm, config.hidden_size);
}

BlockPass Encoder::block_pass(const Pass& pass, const Shard& shard, std::size_t run) const {
  // Rotation is by place in the text, so rotated queries are computed for all rows.
  const bool some = shard.some && run + 1 == runs_.size() && config_.rotary_bases.empty();
  return {pass.parameters, pass.dropout, shard.key + (run + 1) * 0x100000001b3u, some,
          pass.workspace,  pass.buffers};
}

void Encoder::embed(const Pass& pass, Shard& shard) const {
  const std::int64_t width = config_.embedding_size, count = shard.batch.rows();
  const bool projects = projection_.has_value();
  const dnn::Matrix rows =
      first_rows(padded_matrix(projects ? pass.buffers.summand : shard.rows, count, width), count);
  const auto add = [&](std::int64_t table, std::span<const std::int32_t> ids, bool first) {
    const float* from = pass.parameters.matrix_value(table);
    for (std::int64_t n = 0; n < count; ++n) {
      const float* row = from + ids[static_cast<std::size_t>(n)] * width;
      float* to = rows.row(n);
      if (first)
        std::copy_n(row, width, to);
      else
        for (std::int64_t k = 0; k < width; ++k) to[k] += row[k];
    }
  };
  if (shard.words.empty())
    add(word_table_, shard.batch.ids, true);
  else
    std::copy_n(shard.words.data(), count * width, rows.data);
  if (type_table_ >= 0) add(type_table_, shard.batch.type_ids, false);
  if (position_table_ >= 0) {
    model::token_positions(config_, shard.batch, shard.positions);
    add(position_table_, shard.positions, false);
  }
  if (embeddings_norm_)
    norm_forward(*embeddings_norm_, pass.parameters, rows, {}, shard.embeddings_norm, rows);
  dnn::dropout({pass.dropout.hidden, shard.key}, rows);
  if (!projects) return;
  dnn::store_rows(pass.parameters.type(), rows, shard.embedded);
  linear_forward(*projection_, pass.parameters, shard.embedded,
                 padded_matrix(shard.rows, count, config_.hidden_size), pass.workspace);
}

void Encoder::forward(const Pass& pass, Shard& shard) const {
  embed(pass, shard);
  shard.blocks.resize(runs_.size());
  bool some = false;
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    const BlockPass block = block_pass(pass, shard, run);
    block_forward(blocks_[runs_[run]], block, shard, shard.blocks[run]);
    some = some || block.some;
  }
  if (shard.some && !some) {
    const dnn::Matrix x = dnn::matrix(shard.rows);
    for (std::size_t k = 0; k < shard.wanted.rows.size(); ++k)
      std::copy_n(x.row(shard.wanted.rows[k]), x.columns, x.row(static_cast<std::int64_t>(k)));
  }
  if (!final_norm_) return;
  const auto count =
      shard.some ? static_cast<std::int64_t>(shard.wanted.rows.size()) : shard.batch.rows();
  const dnn::Matrix x = first_rows(dnn::matrix(shard.rows), count);
  norm_forward(*final_norm_, pass.parameters, x, {}, shard.final_norm, x);
}

void Encoder::backward(const Pass& pass, Shard& shard) const {
  const std::int64_t hidden = config_.hidden_size, all = shard.batch.rows();
  const auto wanted = shard.some ? static_cast<std::int64_t>(shard.wanted.rows.size()) : all;
  const dnn::Matrix diff{shard.diff.data(), wanted, hidden, hidden};
  shard.uses.clear();
  if (final_norm_)
    norm_backward(*final_norm_, pass.parameters, diff, shard.final_norm, diff,
                  shard.vectors.data());
  if (shard.some && !block_pass(pass, shard, runs_.size() - 1).some) {
    const dnn::Matrix rest = padded_matrix(pass.buffers.rest, wanted, hidden);
    std::copy_n(diff.data, wanted * hidden, rest.data);
    const dnn::Matrix whole = padded_matrix(shard.diff, all, hidden);
    std::fill_n(whole.data, whole.rows * hidden, 0.0f);
    for (std::int64_t k = 0; k < wanted; ++k)
      std::copy_n(rest.row(k), hidden, whole.row(shard.wanted.rows[static_cast<std::size_t>(k)]));
  }
  for (std::size_t run = runs_.size(); run-- > first_run_;)
    block_backward(blocks_[runs_[run]], block_pass(pass, shard, run), shard, shard.blocks[run]);
  if (embeddings_learn_) embed_backward(pass, shard);
}

void Encoder::freeze(std::int64_t layers) {
  if (layers > config_.layers)
    throw Error(Kind::usage, fmt::format("--freeze {}: the model has {} layers (expected at most "
                                         "{})",
                                         layers, config_.layers, config_.layers));
  if (layers > 1 && config_.layer_groups > 0)
    throw Error(Kind::usage,
                "--freeze: the layers of this model share their weights; 1 freezes "
                "the embeddings alone");
  embeddings_learn_ = layers < 1;
  first_run_ = static_cast<std::size_t>(std::max<std::int64_t>(0, layers - 1));
}

void Encoder::embed_backward(const Pass& pass, Shard& shard) const {
  const std::int64_t width = config_.embedding_size, count = shard.batch.rows();
  const dnn::Matrix diff = first_rows(dnn::matrix(shard.diff), count);
  dnn::Matrix rows = diff;
  if (projection_) {
    if (projection_->bias < 0)
      dnn::store_rows(pass.parameters.type(), diff, shard.diff_projected);
    else
      dnn::store_rows(pass.parameters.type(), diff, shard.diff_projected,
                      {shard.vectors.data() + projection_->bias,
                       static_cast<std::size_t>(projection_->outputs)});
    rows = padded_matrix(pass.buffers.summand, count, width);
    linear_backward(*projection_, pass.parameters, shard.diff_projected, rows, false,
                    pass.workspace);
    shard.uses.push_back({*projection_, &shard.embedded, &shard.diff_projected});
  }
  rows.rows = count;
  shard.diff_embedded.resize({count, width});
  const dnn::Matrix dst = dnn::matrix(shard.diff_embedded);
  dnn::dropout({pass.dropout.hidden, shard.key}, rows);
  if (embeddings_norm_)
    norm_backward(*embeddings_norm_, pass.parameters, rows, shard.embeddings_norm, dst,
                  shard.vectors.data());
  else
    for (std::int64_t n = 0; n < count; ++n) std::copy_n(rows.row(n), width, dst.row(n));
}

void Encoder::add_table_diffs(const Shard& shard, Parameters& parameters, std::int64_t first_column,
                              std::int64_t columns) const {
  if (!embeddings_learn_) return;
  const std::int64_t width = config_.embedding_size;
  const auto add = [&](std::int64_t table, std::span<const std::int32_t> ids) {
    if (table < 0) return;
    float* to = parameters.matrix_diff(table) + first_column;
    const float* from = shard.diff_embedded.data() + first_column;
    for (std::size_t n = 0; n < ids.size(); ++n, from += width) {
      float* row = to + ids[n] * width;
      for (std::int64_t k = 0; k < columns; ++k) row[k] += from[k];
    }
  };
  add(word_table_, shard.batch.ids);
  add(type_table_, shard.batch.type_ids);
  add(position_table_, shard.positions);
}

}  // namespace nlp::train
