#include "model/attention.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "dnn/profile.hpp"
#include "dnn/rotary.hpp"

namespace nlp::model {

void run_attention(const Attention& attention, const AttentionCall& call) {
  const dnn::Timed timed(call.workspace.profile(), {.stage = dnn::Stage::attention});
  attention.forward(call);
}

float* next_probabilities(const AttentionCall& call, std::int64_t heads, std::int64_t tokens) {
  if (!call.probabilities) return nullptr;
  return call.probabilities->emplace_back(tensor::Shape{heads, tokens, tokens}).data();
}

dnn::AttentionShape attention_shape(const Config& config, std::int64_t layer) {
  dnn::AttentionShape shape{
      .heads = config.heads,
      .head_size = config.head_size,
      .scale = config.scaled_attention ? 1 / std::sqrt(static_cast<float>(config.head_size)) : 1,
  };
  if (!config.reach.empty())
    shape.before = shape.after = config.reach[static_cast<std::size_t>(layer)];
  return shape;
}

void DotProductAttention::forward(const AttentionCall& call) const {
  const std::int64_t width = shape_.heads * shape_.head_size;
  call.buffers.query_key_value.resize({call.batch.rows(), 3 * width});
  const dnn::Matrix query_key_value = dnn::matrix(call.buffers.query_key_value);
  query_key_value_.forward(call.src, query_key_value, call.workspace);
  if (rotary_base_ > 0) {
    std::int64_t longest = 0;
    for (std::int64_t b = 0; b < call.batch.texts(); ++b)
      longest = std::max(longest, call.batch.starts[b + 1] - call.batch.starts[b]);
    dnn::make_rotation(rotary_base_, shape_.head_size, longest, call.buffers.rotation);
  }
  for (std::int64_t b = 0; b < call.batch.texts(); ++b) {
    const auto first = call.batch.starts[b], size = call.batch.starts[b + 1] - first;
    if (rotary_base_ > 0)
      dnn::rotate(call.buffers.rotation, 2 * shape_.heads,
                  {query_key_value.row(first), size, 2 * width, 3 * width});
    dnn::attention(shape_, {query_key_value.row(first), size, 3 * width, 3 * width},
                   {call.dst.row(first), size, width, call.dst.stride}, call.workspace, term_,
                   next_probabilities(call, shape_.heads, size));
  }
}

dnn::Linear read_query_key_value(const Config& config, const WeightNames& names,
                                 const Weights& weights, std::string_view before,
                                 const dnn::LayerNorm* src_norm) {
  const auto name = [&](std::string_view part) { return std::string(before) + std::string(part); };
  const std::int64_t width = config.heads * config.head_size;
  if (!names.query_key_value.empty())
    return weights.linear({name(names.query_key_value)}, 3 * width, config.hidden_size,
                          {.src_norm = src_norm});
  return weights.linear({name(names.query), name(names.key), name(names.value)}, width,
                        config.hidden_size, {.src_norm = src_norm});
}

}  // namespace nlp::model
