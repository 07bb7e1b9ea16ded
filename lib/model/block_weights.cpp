#include "model/block_weights.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "checkpoint/checkpoint.hpp"
#include "model/encoder.hpp"
#include "model/family.hpp"

namespace nlp::model {
namespace {

// What a block of this family has and EncoderBlock has not, or nothing.
std::string_view foreign_part(const Config& config, const Family& family, std::int64_t layer) {
  if (family.make_encoder != nullptr) return "an encoder of their own";
  if (family.make_attention != nullptr) return "an attention of their own";
  if (!config.rotary_bases.empty()) return "queries and keys that are rotated";
  if (!config.reach.empty()) return "an attention that sees near tokens only";
  if (config.relative_buckets > 0) return "scores by distance";
  if (config.gated_feed_forward || !family.names.intermediate_gate.empty()) return "gates";
  if (config.rms_norm) return "norms without a mean";
  if (!config.scaled_attention) return "scores that are not scaled";
  if (config.bare_first_attention) return "a first attention without a norm";
  if (config.convolution.size > 0 && layer == 1) return "a convolution behind the first";
  if (config.blocks_in_group != 1) return "several parts each";
  if (config.heads * config.head_size != config.hidden_size) return "heads of another width";
  return {};
}

// Stacks the rows of tensors that are there into one under `name`.
class Taker {
 public:
  Taker(const checkpoint::Checkpoint& checkpoint, const Config& config, std::string before,
        tensor::NamedTensors& dst)
      : checkpoint_(checkpoint), config_(config), before_(std::move(before)), dst_(dst) {}

  void linear(const std::string& weight, const std::string& bias,
              std::initializer_list<std::string_view> modules, std::int64_t outputs,
              std::int64_t inputs) {
    take(weight, modules, ".weight", {outputs, inputs});
    if (!config_.optional_biases ||
        checkpoint_.find(before_ + std::string(*modules.begin()) + ".bias"))
      take(bias, modules, ".bias", {outputs});
  }
  void norm(const std::string& name, std::string_view module) {
    take(name + ".weight", {module}, ".weight", {config_.hidden_size});
    take(name + ".bias", {module}, ".bias", {config_.hidden_size});
  }

 private:
  void take(const std::string& name, std::initializer_list<std::string_view> modules,
            const char* end, tensor::Shape each) {
    tensor::Shape whole = each;
    whole.front() *= static_cast<std::int64_t>(modules.size());
    tensor::Tensor& dst = dst_[name];
    dst.resize(whole);
    auto rest = dst.values();
    for (const auto module : modules) {
      const auto& view = checkpoint_.require(before_ + std::string(module) + end, each);
      const auto size = static_cast<std::size_t>(tensor::count(each));
      tensor::to_f32(view, 0, rest.first(size));
      rest = rest.subspan(size);
    }
  }

  const checkpoint::Checkpoint& checkpoint_;
  const Config& config_;
  std::string before_;
  tensor::NamedTensors& dst_;
};

}  // namespace

BlockWeights read_block_weights(const std::filesystem::path& directory, std::int64_t layer) {
  const Config config = read_config(directory);
  const Family& family = find_family(config.model_type, directory.string());
  if (layer < 1 || layer > config.layers)
    throw Error(Kind::model, fmt::format("{}: no layer {} (expected 1 to {})", directory.string(),
                                         layer, config.layers));
  if (const auto part = foreign_part(config, family, layer); !part.empty())
    throw Error(
        Kind::model,
        fmt::format("{}: layers of {} models are no plain Transformer blocks: they have {}; "
                    "use a model like BERT",
                    directory.string(), config.model_type, part));
  const auto checkpoint = checkpoint::Checkpoint::open(directory);
  const WeightNames& names = family.names;
  const std::int64_t group =
      config.layer_groups ? (layer - 1) * config.layer_groups / config.layers : layer - 1;
  std::string before = fmt::format(fmt::runtime(names.layer), group, 0);
  if (!checkpoint.find(fmt::format("{}{}.weight", before, names.output_norm)))
    before = std::string(names.prefix) + before;

  BlockWeights block;
  block.options = {.heads = config.heads,
                   .pre_norm = config.pre_norm,
                   .activation = to_dnn(config.activation),
                   .epsilon = config.layer_norm_epsilon};
  const std::int64_t hidden = config.hidden_size, inner = config.intermediate_size;
  Taker taker(checkpoint, config, std::move(before), block.tensors);
  if (names.query_key_value.empty())
    taker.linear("self_attn.in_proj_weight", "self_attn.in_proj_bias",
                 {names.query, names.key, names.value}, hidden, hidden);
  else
    taker.linear("self_attn.in_proj_weight", "self_attn.in_proj_bias", {names.query_key_value},
                 3 * hidden, hidden);
  taker.linear("self_attn.out_proj.weight", "self_attn.out_proj.bias", {names.attention_output},
               hidden, hidden);
  taker.linear("linear1.weight", "linear1.bias", {names.intermediate}, inner, hidden);
  taker.linear("linear2.weight", "linear2.bias", {names.output}, hidden, inner);
  taker.norm("norm1", names.attention_norm);
  taker.norm("norm2", names.output_norm);
  return block;
}

}  // namespace nlp::model
