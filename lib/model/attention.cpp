#include "model/attention.hpp"

#include <string>

namespace nlp::model {

float* next_probabilities(const AttentionCall& call, std::int64_t heads, std::int64_t tokens) {
  if (!call.probabilities) return nullptr;
  return call.probabilities->emplace_back(tensor::Shape{heads, tokens, tokens}).data();
}

void DotProductAttention::forward(const AttentionCall& call) const {
  const std::int64_t width = shape_.heads * shape_.head_size;
  call.buffers.query_key_value.resize({call.batch.rows(), 3 * width});
  const dnn::Matrix query_key_value = dnn::matrix(call.buffers.query_key_value);
  query_key_value_.forward(call.src, query_key_value, call.workspace);
  for (std::int64_t b = 0; b < call.batch.texts(); ++b) {
    const auto first = call.batch.starts[b], size = call.batch.starts[b + 1] - first;
    dnn::attention(shape_, {query_key_value.row(first), size, 3 * width, 3 * width},
                   {call.dst.row(first), size, width, call.dst.stride}, call.workspace, term_,
                   next_probabilities(call, shape_.heads, size));
  }
}

dnn::Linear read_query_key_value(const Config& config, const WeightNames& names,
                                 const Weights& weights, std::string_view before) {
  const auto name = [&](std::string_view part) { return std::string(before) + std::string(part); };
  const std::int64_t width = config.heads * config.head_size;
  if (!names.query_key_value.empty())
    return weights.linear({name(names.query_key_value)}, 3 * width, config.hidden_size);
  return weights.linear({name(names.query), name(names.key), name(names.value)}, width,
                        config.hidden_size);
}

}  // namespace nlp::model
