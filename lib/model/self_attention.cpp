#include "model/self_attention.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"

namespace nlp::model {
namespace {

dnn::AttentionShape shape_of(const ModuleWeights& weights, std::int64_t heads) {
  const std::int64_t hidden = weights.require("in_proj_weight", 2).shape()[1];
  if (heads < 1 || hidden == 0 || hidden % heads != 0)
    throw Error(Kind::model,
                fmt::format("a width of {} cannot be shared by {} heads", hidden, heads));
  const std::int64_t size = hidden / heads;
  return {.heads = heads, .head_size = size, .scale = 1 / std::sqrt(static_cast<float>(size))};
}

}  // namespace

SelfAttention::SelfAttention(const dnn::Device& device, const ModuleWeights& weights,
                             std::int64_t heads)
    : shape_(shape_of(weights, heads)),
      query_key_value_(
          weights.linear(device, "in_proj_weight", "in_proj_bias", 3 * hidden(), hidden())) {
  if (weights.find("out_proj.weight"))
    output_ = weights.linear(device, "out_proj.weight", "out_proj.bias", hidden(), hidden());
}

void SelfAttention::forward(const Call& call, dnn::ConstMatrix src, dnn::Matrix dst,
                            dnn::Workspace& workspace) const {
  const std::int64_t width = hidden(), rows = src.rows, tokens = call.sequences.tokens;
  tensor::Tensor projected({rows, 3 * width}), heads;
  query_key_value_.forward(src, dnn::matrix(projected), workspace);
  if (output_) heads.resize({rows, width});
  const dnn::Matrix context = output_ ? dnn::matrix(heads) : dst;
  dnn::AttentionShape shape = shape_;
  if (call.causal) shape.after = 0;

  for (std::int64_t text = 0; text < call.sequences.texts; ++text) {
    const dnn::Matrix all = call.sequences.of(dnn::matrix(projected), text);
    const auto part = [&](std::int64_t k) {
      return dnn::ConstMatrix{all.data + k * width, all.rows, width, all.stride};
    };
    const dnn::Matrix to = call.sequences.of(context, text);
    float* const probabilities =
        call.probabilities ? call.probabilities + text * shape.heads * tokens * tokens : nullptr;
    if (call.scores) {
      dnn::AddedScores scores = *call.scores;
      scores.values += text * call.scores_step;
      dnn::attention(shape, part(0), part(1), part(2), to, workspace, scores, probabilities);
    } else {
      dnn::attention(shape, part(0), part(1), part(2), to, workspace, nullptr, probabilities);
    }
  }
  if (output_) output_->forward(context, dst, workspace);
}

}  // namespace nlp::model
