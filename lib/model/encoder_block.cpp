#include "model/encoder_block.hpp"

#include "model/transformer.hpp"

namespace nlp::model {
namespace {

std::int64_t inner_size(const ModuleWeights& weights) {
  return weights.require("linear1.weight", 2).rows();
}

}  // namespace

EncoderBlock::EncoderBlock(const dnn::Device& device, const tensor::NamedTensors& weights,
                           const EncoderBlockOptions& options)
    : EncoderBlock(device, ModuleWeights(weights), options) {}

EncoderBlock::EncoderBlock(const dnn::Device& device, const ModuleWeights& weights,
                           const EncoderBlockOptions& options)
    : pre_norm_(options.pre_norm),
      attention_(device, weights.below("self_attn."), options.heads),
      attention_norm_(weights.layer_norm("norm1", hidden(), options.epsilon)),
      output_norm_(weights.layer_norm("norm2", hidden(), options.epsilon)),
      intermediate_(weights.linear(device, "linear1.weight", "linear1.bias", inner_size(weights),
                                   hidden(), options.activation)),
      output_(
          weights.linear(device, "linear2.weight", "linear2.bias", hidden(), inner_size(weights))) {
  weights.require("self_attn.out_proj.weight", 2);
  weights.refuse_others({"self_attn.in_proj_weight", "self_attn.in_proj_bias",
                         "self_attn.out_proj.weight", "self_attn.out_proj.bias", "linear1.weight",
                         "linear1.bias", "linear2.weight", "linear2.bias", "norm1.weight",
                         "norm1.bias", "norm2.weight", "norm2.bias"});
}

void EncoderBlock::forward(const SelfAttention::Call& call, dnn::Matrix rows,
                           dnn::Workspace& workspace) const {
  BlockBuffers buffers;
  const PartCall part{pre_norm_, rows, buffers};
  add_part(part, &attention_norm_, [&](dnn::ConstMatrix src, dnn::Matrix dst) {
    attention_.forward(call, src, dst, workspace);
  });
  add_part(part, &output_norm_, [&](dnn::ConstMatrix src, dnn::Matrix dst) {
    tensor::Tensor inner({src.rows, intermediate_.outputs()});
    intermediate_.forward(src, dnn::matrix(inner), workspace);
    output_.forward(dnn::matrix(inner), dst, workspace);
  });
}

}  // namespace nlp::model
