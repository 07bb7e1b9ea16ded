#include "model/embeddings.hpp"

#include "dnn/elementwise.hpp"
#include "dnn/profile.hpp"

namespace nlp::model {

const tensor::TensorView& word_table(const Config& config, const WeightNames& names,
                                     const Weights& weights) {
  std::string own = weights.encoder_name(names.word_embeddings);
  if (!weights.has_module(own) && !names.own_word_embeddings.empty())
    if (const auto other = weights.encoder_name(names.own_word_embeddings);
        weights.has_module(other))
      own = other;
  const bool tied = config.tie_word_embeddings && !weights.has_module(own) &&
                    weights.has_module(names.lm_decoder);
  return weights.tensor((tied ? std::string(names.lm_decoder) : own) + ".weight",
                        {config.vocab_size, config.embedding_size});
}

Embeddings::Embeddings(const Config& config, const WeightNames& names, const Weights& weights)
    : config_(config), word_(word_table(config, names, weights)) {
  const auto width = config.embedding_size;
  const auto name = [&](std::string_view part) { return weights.encoder_name(part); };
  if (config.sinusoidal_positions && !weights.has_module(name(names.position_embeddings)))
    sinusoids_.emplace(width);
  else if (!names.position_embeddings.empty() && config.position_rows > 0)
    position_ = weights.embedding(name(names.position_embeddings), config.position_rows, width);
  if (!names.type_embeddings.empty() && config.type_vocab_size > 0)
    type_ = weights.embedding(name(names.type_embeddings), config.type_vocab_size, width);
  if (!names.embeddings_norm.empty())
    norm_ = weights.layer_norm(name(names.embeddings_norm), width, config.layer_norm_epsilon);
  // Some families project even where the sizes are equal.
  if (!names.embeddings_projection.empty())
    if (const std::string module = name(names.embeddings_projection);
        width != config.hidden_size || weights.has_module(module))
      projection_ = weights.linear({module}, config.hidden_size, width);
}

void token_positions(const Config& config, const Batch& batch, std::vector<std::int32_t>& dst) {
  dst.resize(batch.ids.size());
  for (std::int64_t b = 0; b < batch.texts(); ++b) {
    auto next = static_cast<std::int32_t>(config.first_position);
    for (std::int64_t n = batch.starts[b]; n < batch.starts[b + 1]; ++n) {
      const bool pad = config.pads_keep_position && batch.ids[n] == config.pad_token_id;
      dst[n] = pad ? static_cast<std::int32_t>(config.first_position - 1) : next++;
    }
  }
}

void Embeddings::forward(const Batch& batch, dnn::Workspace& workspace, BlockBuffers& buffers,
                         tensor::Tensor& dst) const {
  if (position_.rows() > 0 || sinusoids_) token_positions(config_, batch, buffers.positions);
  forward(batch.ids, batch.type_ids, buffers.positions, workspace, buffers, dst);
}

void Embeddings::forward(std::span<const std::int32_t> ids, std::span<const std::int32_t> type_ids,
                         std::span<const std::int32_t> positions, dnn::Workspace& workspace,
                         BlockBuffers& buffers, tensor::Tensor& dst) const {
  const dnn::Timed timed(workspace.profile(), {.stage = dnn::Stage::embeddings});
  const auto count = static_cast<std::int64_t>(ids.size());
  tensor::Tensor& sum = projection_ ? buffers.embedded : dst;
  sum.resize({count, config_.embedding_size});
  const dnn::Matrix rows = dnn::matrix(sum);
  word_.look_up(ids, rows);
  if (config_.embedding_scale != 1) dnn::scale(rows, config_.embedding_scale, rows);
  if (type_.rows() > 0) type_.add(type_ids, rows);
  if (position_.rows() > 0) position_.add(positions, rows);
  if (sinusoids_) sinusoids_->add(positions, rows);
  if (norm_) dnn::layer_norm(*norm_, rows, rows);
  if (!projection_) return;
  dst.resize({count, config_.hidden_size});
  projection_->forward(rows, dnn::matrix(dst), workspace);
}

}  // namespace nlp::model
