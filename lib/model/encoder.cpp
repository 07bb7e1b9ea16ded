#include "model/encoder.hpp"

#include <cmath>
#include <cstring>

#include "base/error.hpp"

namespace nlp::model {
namespace {

// The table of the tied decoder stands in where only that was stored.
std::string word_embeddings_name(const Config& config, const WeightNames& names,
                                 const Weights& weights) {
  const std::string own = weights.encoder_name(names.word_embeddings);
  const bool tied = config.tie_word_embeddings && !weights.has_module(own) &&
                    weights.has_module(names.lm_decoder);
  return tied ? std::string(names.lm_decoder) : own;
}

Embeddings read_embeddings(const Config& config, const WeightNames& names, const Weights& weights) {
  const auto name = [&](std::string_view part) { return weights.encoder_name(part); };
  const auto hidden = config.hidden_size;
  Embeddings embeddings;
  embeddings.word =
      weights.embedding(word_embeddings_name(config, names, weights), config.vocab_size, hidden);
  embeddings.position =
      weights.embedding(name(names.position_embeddings), config.max_tokens, hidden);
  if (config.type_vocab_size > 0)
    embeddings.type =
        weights.embedding(name(names.type_embeddings), config.type_vocab_size, hidden);
  embeddings.norm =
      weights.layer_norm(name(names.embeddings_norm), hidden, config.layer_norm_epsilon);
  return embeddings;
}

Block read_block(const Config& config, const WeightNames& names, const Weights& weights,
                 std::int64_t layer) {
  const std::string before = weights.encoder_name(fmt::format(fmt::runtime(names.layer), layer));
  const auto name = [&](std::string_view part) { return before + std::string(part); };
  const auto hidden = config.hidden_size, inner = config.intermediate_size;
  const float epsilon = config.layer_norm_epsilon;
  return Block{
      .query_key_value =
          weights.linear({name(names.query), name(names.key), name(names.value)}, hidden, hidden),
      .attention_output = weights.linear({name(names.attention_output)}, hidden, hidden),
      .attention_norm = weights.layer_norm(name(names.attention_norm), hidden, epsilon),
      .intermediate =
          weights.linear({name(names.intermediate)}, inner, hidden, to_dnn(config.activation)),
      .output = weights.linear({name(names.output)}, hidden, inner),
      .output_norm = weights.layer_norm(name(names.output_norm), hidden, epsilon),
  };
}

void copy(const tensor::Tensor& src, tensor::Tensor& dst) {
  dst.resize(src.shape());
  std::memcpy(dst.data(), src.data(), src.values().size_bytes());
}

}  // namespace

dnn::Activation to_dnn(Activation activation) {
  switch (activation) {
    case Activation::gelu_erf:
      return dnn::Activation::gelu_erf;
    case Activation::gelu_tanh:
      return dnn::Activation::gelu_tanh;
    case Activation::relu:
      return dnn::Activation::relu;
    case Activation::silu:
      return dnn::Activation::silu;
    case Activation::tanh:
      return dnn::Activation::tanh;
  }
  return dnn::Activation::none;
}

Encoder::Encoder(const Config& config, const WeightNames& names, const Weights& weights)
    : config_(config), embeddings_(read_embeddings(config, names, weights)) {
  const std::int64_t head_size = config.hidden_size / config.heads;
  attention_shape_ = {config.heads, head_size, 1 / std::sqrt(static_cast<float>(head_size))};
  for (std::int64_t layer = 0; layer < config.layers; ++layer)
    blocks_.push_back(read_block(config, names, weights, layer));
}

void Encoder::check(const Batch& batch) const {
  for (std::int64_t b = 0; b < batch.texts(); ++b)
    if (const auto size = batch.starts[b + 1] - batch.starts[b]; size > config_.max_tokens)
      throw Error(Kind::data, fmt::format("a text is too long for the model (expected at most {} "
                                          "tokens, got {})",
                                          config_.max_tokens, size));
  for (const auto id : batch.ids)
    if (id < 0 || id >= config_.vocab_size)
      throw Error(Kind::data,
                  fmt::format("token id {} is not one of the model's (expected 0 to {}); "
                              "does the tokenizer belong to the model?",
                              id, config_.vocab_size - 1));
  const auto types = std::max<std::int64_t>(config_.type_vocab_size, 1);
  for (const auto id : batch.type_ids)
    if (id < 0 || (id >= types && config_.type_vocab_size > 0))
      throw Error(Kind::data,
                  fmt::format("token type id {} is not one of the model's (expected 0 to "
                              "{})",
                              id, types - 1));
}

void Encoder::embed(const Batch& batch, BlockBuffers& buffers, tensor::Tensor& dst) const {
  dst.resize({batch.rows(), config_.hidden_size});
  const dnn::Matrix rows = dnn::matrix(dst);
  embeddings_.word.look_up(batch.ids, rows);
  if (embeddings_.type.rows() > 0) embeddings_.type.add(batch.type_ids, rows);
  buffers.positions.resize(batch.ids.size());
  for (std::int64_t b = 0; b < batch.texts(); ++b)
    for (std::int64_t n = batch.starts[b]; n < batch.starts[b + 1]; ++n)
      buffers.positions[n] = static_cast<std::int32_t>(n - batch.starts[b]);
  embeddings_.position.add(buffers.positions, rows);
  dnn::layer_norm(embeddings_.norm, rows, rows);
}

void Encoder::run_block(const Block& block, const Batch& batch, dnn::Workspace& workspace,
                        BlockBuffers& buffers, tensor::Tensor& rows,
                        std::vector<tensor::Tensor>* attention) const {
  const auto count = batch.rows(), hidden = config_.hidden_size;
  buffers.query_key_value.resize({count, 3 * hidden});
  buffers.context.resize({count, hidden});
  buffers.summand.resize({count, hidden});
  buffers.intermediate.resize({count, config_.intermediate_size});
  const dnn::Matrix x = dnn::matrix(rows), query_key_value = dnn::matrix(buffers.query_key_value),
                    context = dnn::matrix(buffers.context), summand = dnn::matrix(buffers.summand),
                    intermediate = dnn::matrix(buffers.intermediate);

  block.query_key_value.forward(x, query_key_value, workspace);
  for (std::int64_t b = 0; b < batch.texts(); ++b) {
    const auto first = batch.starts[b], size = batch.starts[b + 1] - first;
    float* probabilities = nullptr;
    if (attention)
      probabilities = attention->emplace_back(tensor::Shape{config_.heads, size, size}).data();
    dnn::attention(attention_shape_, {query_key_value.row(first), size, 3 * hidden, 3 * hidden},
                   {context.row(first), size, hidden, hidden}, workspace, probabilities);
  }
  block.attention_output.forward(context, summand, workspace);
  dnn::add_layer_norm(block.attention_norm, summand, x, x);

  block.intermediate.forward(x, intermediate, workspace);
  block.output.forward(intermediate, summand, workspace);
  dnn::add_layer_norm(block.output_norm, summand, x, x);
}

void Encoder::forward(const Batch& batch, const Keep& keep, dnn::Workspace& workspace,
                      BlockBuffers& buffers, Encoded& dst) const {
  check(batch);
  const auto kept = [&](std::size_t k) { return k < keep.hidden.size() && keep.hidden[k]; };
  dst.hidden.clear();
  dst.hidden.resize(blocks_.size() + 1);
  dst.attention.clear();
  dst.attention.resize(keep.attention ? blocks_.size() : 0);

  embed(batch, buffers, dst.last);
  if (kept(0)) copy(dst.last, dst.hidden[0]);
  for (std::size_t layer = 0; layer < blocks_.size(); ++layer) {
    run_block(blocks_[layer], batch, workspace, buffers, dst.last,
              keep.attention ? &dst.attention[layer] : nullptr);
    if (kept(layer + 1)) copy(dst.last, dst.hidden[layer + 1]);
  }
}

}  // namespace nlp::model
