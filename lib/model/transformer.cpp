#include "model/transformer.hpp"

#include <algorithm>
#include <cstring>

#include "dnn/elementwise.hpp"
#include "model/family.hpp"

namespace nlp::model {
namespace {

void copy(const tensor::Tensor& src, tensor::Tensor& dst) {
  dst.resize(src.shape());
  std::memcpy(dst.data(), src.data(), src.values().size_bytes());
}

// Rows whose intermediate values stay in a core's own cache between the two layers.
std::int64_t feed_forward_block(std::int64_t intermediate_size) {
  constexpr std::int64_t kBytes = 1 << 20, kRows = 16;
  return std::max(2 * kRows, kBytes / (4 * intermediate_size) / kRows * kRows);
}

template <class Rows>
Rows first_rows(Rows rows, std::int64_t count) {
  rows.rows = count;
  return rows;
}

template <class Rows>
Rows behind(Rows rows, std::int64_t count) {
  rows.data += count * rows.stride;
  rows.rows -= count;
  return rows;
}

// Layer l runs the blocks of its group; without groups, its own.
std::vector<std::vector<std::size_t>> blocks_of_layers(const Config& config) {
  std::vector<std::vector<std::size_t>> layers;
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    const std::int64_t group =
        config.layer_groups ? layer * config.layer_groups / config.layers : layer;
    auto& blocks = layers.emplace_back();
    for (std::int64_t k = 0; k < config.blocks_in_group; ++k)
      blocks.push_back(static_cast<std::size_t>(group * config.blocks_in_group + k));
  }
  return layers;
}

}  // namespace

FeedForward read_feed_forward(const Config& config, const WeightNames& names,
                              const Weights& weights, const std::string& before,
                              const dnn::LayerNorm* src_norm) {
  const auto hidden = config.hidden_size, inner = config.intermediate_size;
  const auto name = [&](std::string_view part) { return before + std::string(part); };
  const dnn::LinearOptions active{to_dnn(config.activation), src_norm};
  const dnn::LinearOptions plain{.src_norm = src_norm};
  dnn::Linear output = weights.linear({name(names.output)}, hidden, inner);
  if (!names.intermediate_gate.empty()) {
    const std::string stacked = name(names.intermediate_gate);
    return {weights.linear_part(stacked, 0, 2, inner, hidden, active),
            weights.linear_part(stacked, 1, 2, inner, hidden, plain), std::move(output)};
  }
  if (config.gated_feed_forward)
    return {weights.linear({name(names.gated_intermediate)}, inner, hidden, active),
            weights.linear({name(names.gate)}, inner, hidden, plain), std::move(output)};
  return {weights.linear({name(names.intermediate)}, inner, hidden, active), std::nullopt,
          std::move(output)};
}

Block read_block(const Config& config, const Family& family, const Weights& weights,
                 const std::string& before, std::int64_t layer, const dnn::ScoreTerm* term,
                 const dnn::LayerNorm* src_norm) {
  const WeightNames& names = family.names;
  const auto name = [&](std::string_view part) { return before + std::string(part); };
  const auto hidden = config.hidden_size;
  const auto norm = [&](std::string_view part) {
    return weights.layer_norm(name(part), hidden, config.layer_norm_epsilon);
  };
  const float rotary_base =
      config.rotary_bases.empty() ? 0 : config.rotary_bases[static_cast<std::size_t>(layer)];
  const bool bare = config.bare_first_attention && layer == 0;
  auto attention_norm = bare ? std::nullopt : std::optional(norm(names.attention_norm));
  dnn::LayerNorm output_norm = norm(names.output_norm);
  const dnn::LayerNorm* norm_of_rows = attention_norm ? &*attention_norm : nullptr;
  std::unique_ptr<Attention> attention =
      family.make_attention
          ? family.make_attention(config, names, weights, before, layer)
          : std::make_unique<DotProductAttention>(
                attention_shape(config, layer),
                read_query_key_value(config, names, weights, before,
                                     config.pre_norm && !bare ? norm_of_rows : src_norm),
                rotary_base, term);
  FeedForward feed_forward = read_feed_forward(config, names, weights, before,
                                               config.pre_norm ? &output_norm : norm_of_rows);
  return Block{
      .attention = std::move(attention),
      .attention_output =
          weights.linear({name(names.attention_output)}, hidden, config.heads * config.head_size),
      .attention_norm = std::move(attention_norm),
      .feed_forward = std::move(feed_forward),
      .output_norm = std::move(output_norm),
  };
}

void run_feed_forward(const FeedForward& feed_forward, dnn::ConstMatrix src, dnn::Matrix dst,
                      dnn::Workspace& workspace, BlockBuffers& buffers) {
  const std::int64_t block = feed_forward_block(feed_forward.intermediate.outputs());
  for (; src.rows > block; src = behind(src, block), dst = behind(dst, block))
    run_feed_forward(feed_forward, first_rows(src, block), first_rows(dst, block), workspace,
                     buffers);
  buffers.intermediate.resize({src.rows, feed_forward.intermediate.outputs()});
  const dnn::Matrix intermediate = dnn::matrix(buffers.intermediate);
  feed_forward.intermediate.forward(src, intermediate, workspace);
  if (feed_forward.gate) {
    buffers.gate.resize({src.rows, feed_forward.gate->outputs()});
    const dnn::Matrix gate = dnn::matrix(buffers.gate);
    feed_forward.gate->forward(src, gate, workspace);
    dnn::multiply(intermediate, gate, intermediate);
  }
  feed_forward.output.forward(intermediate, dst, workspace);
}

dnn::ConstMatrix src_of_part(const PartCall& call, const dnn::LayerNorm* norm) {
  if (!call.pre_norm || !norm) return call.rows;
  call.buffers.normed.resize({call.rows.rows, call.rows.columns});
  const dnn::Matrix src = dnn::matrix(call.buffers.normed);
  dnn::layer_norm(*norm, call.rows, src);
  return src;
}

void add_part(const PartCall& call, const dnn::LayerNorm* norm, dnn::ConstMatrix src,
              const Part& part) {
  call.buffers.summand.resize({call.rows.rows, call.rows.columns});
  const dnn::Matrix x = call.rows, summand = dnn::matrix(call.buffers.summand);
  part(src, summand);
  if (call.pre_norm)
    dnn::add(summand, x, x);
  else
    dnn::add_layer_norm(*norm, summand, x, x);
}

void add_part(const PartCall& call, const dnn::LayerNorm* norm, const Part& part) {
  add_part(call, norm, src_of_part(call, norm), part);
}

TransformerEncoder::TransformerEncoder(const Config& config, const Family& family,
                                       const Weights& weights)
    : config_(config), embeddings_(config, family.names, weights) {
  const WeightNames& names = family.names;
  if (config.relative_buckets > 0)
    relative_bias_.emplace(weights.tensor(weights.encoder_name(names.relative_bias) + ".weight",
                                          {config.relative_buckets, config.heads}),
                           config.relative_max_distance, true);
  const dnn::ScoreTerm* term = relative_bias_ ? &*relative_bias_ : nullptr;
  layers_ = blocks_of_layers(config);
  const std::int64_t groups = config.layer_groups ? config.layer_groups : config.layers;
  for (std::int64_t group = 0; group < groups; ++group)
    for (std::int64_t k = 0; k < config.blocks_in_group; ++k)
      blocks_.push_back(read_block(
          config, family, weights,
          weights.encoder_name(fmt::format(fmt::runtime(names.layer), group, k)), group, term,
          blocks_.empty() ? embeddings_.last_norm() : &blocks_.back().output_norm));
  if (config.convolution.size > 0)
    convolution_.emplace(config, weights, weights.encoder_name(names.convolution),
                         weights.encoder_name(names.convolution_norm));
  if (!names.final_norm.empty())
    final_norm_ = weights.layer_norm(weights.encoder_name(names.final_norm), config.hidden_size,
                                     config.layer_norm_epsilon);
}

void TransformerEncoder::run_block(const Block& block, const Batch& batch,
                                   dnn::Workspace& workspace, BlockBuffers& buffers,
                                   tensor::Tensor& rows, std::vector<tensor::Tensor>* attention,
                                   std::span<const std::int64_t> kept) const {
  buffers.context.resize({batch.rows(), config_.heads * config_.head_size});
  const dnn::LayerNorm* attention_norm = block.attention_norm ? &*block.attention_norm : nullptr;
  const auto of_rows = [&] { return PartCall{config_.pre_norm, dnn::matrix(rows), buffers}; };
  run_attention(*block.attention, {batch, src_of_part(of_rows(), attention_norm),
                                   dnn::matrix(buffers.context), workspace, buffers, attention});
  if (!kept.empty()) {  // of the others the attention took keys and values, and no more is needed
    gather_rows(buffers.context, kept, buffers.kept_context);
    keep_rows(kept, buffers, rows);
  }
  add_part(of_rows(), attention_norm,
           dnn::matrix(kept.empty() ? buffers.context : buffers.kept_context),
           [&](dnn::ConstMatrix src, dnn::Matrix dst) {
             block.attention_output.forward(src, dst, workspace);
           });
  add_part(of_rows(), &block.output_norm, [&](dnn::ConstMatrix src, dnn::Matrix dst) {
    run_feed_forward(block.feed_forward, src, dst, workspace, buffers);
  });
}

void TransformerEncoder::forward(const Batch& batch, const Keep& keep, dnn::Workspace& workspace,
                                 BlockBuffers& buffers, Encoded& dst) const {
  const auto kept = [&](std::size_t k) { return k < keep.hidden.size() && keep.hidden[k]; };
  dst.hidden.clear();
  dst.hidden.resize(layers_.size() + 1);
  dst.attention.clear();
  dst.attention.resize(keep.attention ? layers_.size() : 0);

  embeddings_.forward(batch, workspace, buffers, dst.last);
  if (kept(0)) copy(dst.last, dst.hidden[0]);
  if (convolution_) copy(dst.last, buffers.first_rows);
  bool are_left = false;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    for (std::size_t k = 0; k < layers_[layer].size(); ++k) {
      // The last block, if what it makes of other rows is asked for nowhere.
      are_left = layer + 1 == layers_.size() && k + 1 == layers_[layer].size() &&
                 !(convolution_ && layer == 0) && !kept(layer + 1);
      std::vector<tensor::Tensor>* attention = keep.attention ? &dst.attention[layer] : nullptr;
      if (attention) attention->clear();  // a layer of several blocks tells its last one's
      run_block(blocks_[layers_[layer][k]], batch, workspace, buffers, dst.last, attention,
                are_left ? keep.rows : std::span<const std::int64_t>());
    }
    if (convolution_ && layer == 0)
      convolution_->add(batch, buffers.first_rows, workspace, buffers, dst.last);
    if (final_norm_ && layer + 1 == layers_.size())
      dnn::layer_norm(*final_norm_, dnn::matrix(dst.last), dnn::matrix(dst.last));
    if (kept(layer + 1)) copy(dst.last, dst.hidden[layer + 1]);
  }
  if (!keep.rows.empty() && !are_left) keep_rows(keep.rows, buffers, dst.last);
}

}  // namespace nlp::model
