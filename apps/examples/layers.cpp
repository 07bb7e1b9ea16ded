// The parts of a Transformer, called one by one: positions, attention, a block.
// What is random here is weights in a real program: tensor::from_npz reads them.
#include <algorithm>
#include <cstdio>
#include <span>
#include <string>

#include "base/random.hpp"
#include "dnn/attention_arrays.hpp"
#include "model/encoder_block.hpp"
#include "model/sinusoids.hpp"

using nlp::tensor::NamedTensors;
using nlp::tensor::Tensor;

namespace {

constexpr std::int64_t kTexts = 2, kTokens = 5, kHidden = 16, kHeads = 4, kInner = 32;

// Uniform numbers around `middle`; another `place` draws other ones.
Tensor random(nlp::tensor::Shape shape, std::uint64_t place, float middle = 0) {
  Tensor tensor(std::move(shape));
  const nlp::Random draws(7, place);
  for (std::int64_t k = 0; k < tensor.size(); ++k)
    tensor.data()[k] =
        middle + static_cast<float>(draws.uniform(static_cast<std::uint32_t>(k), 0)) - 0.5f;
  return tensor;
}

void print(const char* what, std::span<const float> values) {
  std::printf("%s", what);
  for (const float value : values.first(4)) std::printf(" %.4f", static_cast<double>(value));
  std::printf("\n");
}

NamedTensors block_weights() {
  NamedTensors weights;  // the names of PyTorch's TransformerEncoderLayer
  weights["self_attn.in_proj_weight"] = random({3 * kHidden, kHidden}, 1);
  weights["self_attn.in_proj_bias"] = random({3 * kHidden}, 2);
  weights["self_attn.out_proj.weight"] = random({kHidden, kHidden}, 3);
  weights["self_attn.out_proj.bias"] = random({kHidden}, 4);
  weights["linear1.weight"] = random({kInner, kHidden}, 5);
  weights["linear1.bias"] = random({kInner}, 6);
  weights["linear2.weight"] = random({kHidden, kInner}, 7);
  weights["linear2.bias"] = random({kHidden}, 8);
  for (const std::string norm : {"norm1", "norm2"}) {
    weights[norm + ".weight"] = random({kHidden}, 9, 1);
    weights[norm + ".bias"] = random({kHidden}, 10);
  }
  return weights;
}

}  // namespace

int main() {
  // Rows of two texts, each with the encodings of its positions added.
  Tensor rows = random({kTexts, kTokens, kHidden}, 0);
  const Tensor positions = nlp::model::sinusoidal_positions(kTokens, kHidden);
  for (std::int64_t k = 0; k < rows.size(); ++k)
    rows.data()[k] += positions.data()[k % positions.size()];
  print("position 1:", positions.row(1));

  // Attention of the rows to themselves.
  const nlp::dnn::Device device;
  const auto attended = nlp::dnn::attend(device, rows, rows, rows, nullptr, {.heads = kHeads});
  print("attention:", attended.output.values());
  print("its weights:", attended.weights.values());

  // The block, norms behind each part and before it.
  const NamedTensors weights = block_weights();
  nlp::dnn::Workspace workspace(device, 1);
  for (const bool pre_norm : {false, true}) {
    const nlp::model::EncoderBlock block(device, weights, {.heads = kHeads, .pre_norm = pre_norm});
    Tensor through(rows.shape());
    std::copy_n(rows.data(), rows.size(), through.data());
    nlp::model::SelfAttention::Call call;
    call.sequences = {.texts = kTexts, .tokens = kTokens};
    block.forward(call, {through.data(), kTexts * kTokens, kHidden, kHidden}, workspace);
    print(pre_norm ? "pre-norm:" : "post-norm:", through.values());
  }
}
