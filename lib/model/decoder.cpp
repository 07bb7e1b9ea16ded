#include "model/decoder.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "dnn/elementwise.hpp"

namespace nlp::model {
namespace {

// What the parts that both halves have are read by.
Config decoder_sizes(Config config) {
  config.layers = config.decoder.layers;
  config.heads = config.decoder.heads;
  config.head_size = config.decoder.head_size;
  config.intermediate_size = config.decoder.intermediate_size;
  config.vocab_size = config.decoder.vocab_size;
  return config;
}

dnn::Linear read_logits(const Config& config, const WeightNames& names, const Weights& weights) {
  const std::string own = std::string(names.lm_decoder) + ".weight";
  const tensor::TensorView table =
      weights.has(own) || !config.tie_word_embeddings
          ? weights.tensor(own, {config.vocab_size, config.embedding_size})
          : word_table(config, names, weights);
  if (names.lm_bias.empty()) return weights.linear({&table, 1}, {});
  tensor::TensorView bias = weights.tensor(std::string(names.lm_bias), {1, config.vocab_size});
  bias.shape = {config.vocab_size};
  return weights.linear({&table, 1}, {&bias, 1});
}

DecoderBlock read_decoder_block(const Config& config, const WeightNames& names,
                                const Weights& weights, const std::string& before) {
  const auto hidden = config.hidden_size, width = config.heads * config.head_size;
  const auto name = [&](std::string_view part) { return before + std::string(part); };
  const auto norm = [&](std::string_view part) {
    return weights.layer_norm(name(part), hidden, config.layer_norm_epsilon);
  };
  return {
      .query_key_value = read_query_key_value(config, names, weights, before),
      .attention_output = weights.linear({name(names.attention_output)}, hidden, width),
      .attention_norm = norm(names.attention_norm),
      .cross_query = weights.linear({name(names.cross_query)}, width, hidden),
      .cross_key_value =
          weights.linear({name(names.cross_key), name(names.cross_value)}, width, hidden),
      .cross_output = weights.linear({name(names.cross_output)}, hidden, width),
      .cross_norm = norm(names.cross_norm),
      .feed_forward = read_feed_forward(config, names, weights, before),
      .output_norm = norm(names.output_norm),
  };
}

std::string block_name(const Weights& weights, const WeightNames& names, std::int64_t layer) {
  return weights.encoder_name(fmt::format(fmt::runtime(names.layer), layer));
}

// The keys, or the values, of rows that hold both.
dnn::ConstMatrix half(const float* rows, std::int64_t count, std::int64_t width, int which) {
  return {rows + which * width, count, width, 2 * width};
}

}  // namespace

bool has_decoder(const Config& config, const Family& family, const Weights& weights) {
  return config.decoder.layers > 0 && weights.has_module(block_name(weights, family.decoder, 0) +
                                                         std::string(family.decoder.output_norm));
}

void check_step(const Config& config, const DecoderStep& step) {
  if (step.id < 0 || step.id >= config.decoder.vocab_size)
    throw Error(Kind::data,
                fmt::format("token id {} is not one of the decoder's (expected 0 to {})", step.id,
                            config.decoder.vocab_size - 1));
  if (step.written->size >= config.max_tokens)
    throw Error(Kind::data, fmt::format("more tokens than the decoder has positions (expected at "
                                        "most {}); ask for fewer",
                                        config.max_tokens));
}

Decoder::Decoder(const Config& config, const Family& family, const Weights& weights)
    : config_(decoder_sizes(config)),
      width_(config_.heads * config_.head_size),
      shape_(attention_shape(config_, 0)),
      embeddings_(config_, family.decoder, weights),
      logits_(read_logits(config_, family.decoder, weights)) {
  const WeightNames& names = family.decoder;
  if (config_.relative_buckets > 0)
    relative_bias_.emplace(weights.tensor(weights.encoder_name(names.relative_bias) + ".weight",
                                          {config_.relative_buckets, config_.heads}),
                           config_.relative_max_distance, false);
  for (std::int64_t layer = 0; layer < config_.layers; ++layer)
    blocks_.push_back(
        read_decoder_block(config_, names, weights, block_name(weights, names, layer)));
  if (!names.final_norm.empty())
    final_norm_ = weights.layer_norm(weights.encoder_name(names.final_norm), config_.hidden_size,
                                     config_.layer_norm_epsilon);
}

std::vector<ReadText> Decoder::read(const tensor::Tensor& src, std::span<const std::int64_t> starts,
                                    dnn::Workspace& workspace) const {
  std::vector<ReadText> texts(starts.size() - 1);
  for (std::size_t b = 0; b < texts.size(); ++b) {
    const std::int64_t first = starts[b], size = starts[b + 1] - first;
    const dnn::ConstMatrix whole = dnn::matrix(src);
    const dnn::ConstMatrix rows{whole.row(first), size, whole.columns, whole.stride};
    for (const DecoderBlock& block : blocks_) {
      auto& key_value = texts[b].key_value.emplace_back(tensor::Shape{size, 2 * width_});
      block.cross_key_value.forward(rows, dnn::matrix(key_value), workspace);
    }
  }
  return texts;
}

void Decoder::attend_written(const DecoderBlock& block, std::size_t layer,
                             std::span<const DecoderStep> steps, dnn::ConstMatrix src,
                             dnn::Matrix context, dnn::Workspace& workspace,
                             BlockBuffers& buffers) const {
  buffers.query_key_value.resize({src.rows, 3 * width_});
  const dnn::Matrix query_key_value = dnn::matrix(buffers.query_key_value);
  block.query_key_value.forward(src, query_key_value, workspace);
  for (std::int64_t k = 0; k < src.rows; ++k) {
    WrittenText& written = *steps[static_cast<std::size_t>(k)].written;
    const float* query = query_key_value.row(k);
    std::vector<float>& kept = written.key_value[layer];
    kept.insert(kept.end(), query + width_, query + 3 * width_);
    dnn::AttentionShape shape = shape_;
    shape.query_start = written.size;
    const std::int64_t count = written.size + 1;
    dnn::attention(shape, {query, 1, width_, width_}, half(kept.data(), count, width_, 0),
                   half(kept.data(), count, width_, 1), {context.row(k), 1, width_, width_},
                   workspace, relative_bias_ ? &*relative_bias_ : nullptr);
  }
}

void Decoder::attend_read(const DecoderBlock& block, std::size_t layer,
                          std::span<const DecoderStep> steps, dnn::ConstMatrix src,
                          dnn::Matrix context, dnn::Workspace& workspace,
                          BlockBuffers& buffers) const {
  buffers.query_key_value.resize({src.rows, width_});
  const dnn::Matrix query = dnn::matrix(buffers.query_key_value);
  block.cross_query.forward(src, query, workspace);
  for (std::int64_t k = 0; k < src.rows; ++k) {
    const tensor::Tensor& key_value = steps[static_cast<std::size_t>(k)].read->key_value[layer];
    if (key_value.rows() == 0) std::fill_n(context.row(k), width_, 0.0f);  // nothing was read
    dnn::attention(shape_, {query.row(k), 1, width_, width_},
                   half(key_value.data(), key_value.rows(), width_, 0),
                   half(key_value.data(), key_value.rows(), width_, 1),
                   {context.row(k), 1, width_, width_}, workspace);
  }
}

void Decoder::forward(std::span<const DecoderStep> steps, dnn::Workspace& workspace,
                      DecoderBuffers& buffers, tensor::Tensor& dst) const {
  BlockBuffers& block_buffers = buffers.block;
  buffers.ids.clear();
  block_buffers.positions.clear();
  for (const DecoderStep& step : steps) {
    step.written->key_value.resize(blocks_.size());
    buffers.ids.push_back(step.id);
    block_buffers.positions.push_back(
        static_cast<std::int32_t>(config_.first_position + step.written->size));
  }
  embeddings_.forward(buffers.ids, {}, block_buffers.positions, workspace, block_buffers,
                      buffers.rows);
  const dnn::Matrix rows = dnn::matrix(buffers.rows);
  block_buffers.context.resize({rows.rows, width_});
  const dnn::Matrix context = dnn::matrix(block_buffers.context);
  const PartCall call{config_.pre_norm, rows, block_buffers};
  for (std::size_t layer = 0; layer < blocks_.size(); ++layer) {
    const DecoderBlock& block = blocks_[layer];
    add_part(call, &block.attention_norm, [&](dnn::ConstMatrix from, dnn::Matrix to) {
      attend_written(block, layer, steps, from, context, workspace, block_buffers);
      block.attention_output.forward(context, to, workspace);
    });
    add_part(call, &block.cross_norm, [&](dnn::ConstMatrix from, dnn::Matrix to) {
      attend_read(block, layer, steps, from, context, workspace, block_buffers);
      block.cross_output.forward(context, to, workspace);
    });
    add_part(call, &block.output_norm, [&](dnn::ConstMatrix from, dnn::Matrix to) {
      run_feed_forward(block.feed_forward, from, to, workspace, block_buffers);
    });
  }
  if (final_norm_) dnn::layer_norm(*final_norm_, rows, rows);
  if (config_.decoder.output_scale != 1) dnn::scale(rows, config_.decoder.output_scale, rows);
  for (const DecoderStep& step : steps) ++step.written->size;
  dst.resize({rows.rows, logits_.outputs()});
  logits_.forward(rows, dnn::matrix(dst), workspace);
}

}  // namespace nlp::model
