#include "model/convolution.hpp"

#include <algorithm>

namespace nlp::model {
namespace {

// [H,H,K] with the neighbours innermost, as [H,K*H] with a neighbour's row in one piece.
dnn::Linear read_linear(const Config& config, const Weights& weights, const std::string& module) {
  const auto hidden = config.hidden_size, size = config.convolution.size;
  const tensor::TensorView& stored = weights.tensor(module + ".weight", {hidden, hidden, size});
  tensor::Tensor values({hidden * hidden * size}), turned({hidden, size * hidden});
  tensor::to_f32(stored, 0, values.values());
  for (std::int64_t out = 0; out < hidden; ++out)
    for (std::int64_t in = 0; in < hidden; ++in)
      for (std::int64_t k = 0; k < size; ++k)
        turned.data()[(out * size + k) * hidden + in] =
            values.data()[(out * hidden + in) * size + k];
  const tensor::TensorView view{tensor::DType::f32, turned.shape(),
                                reinterpret_cast<const std::byte*>(turned.data())};
  const tensor::TensorView bias = weights.tensor(module + ".bias", {hidden});
  return weights.linear({&view, 1}, {&bias, 1},
                        {.activation = to_dnn(config.convolution.activation)});
}

}  // namespace

Convolution::Convolution(const Config& config, const Weights& weights, const std::string& module,
                         const std::string& norm)
    : size_(config.convolution.size),
      linear_(read_linear(config, weights, module)),
      norm_(weights.layer_norm(norm, config.hidden_size, config.layer_norm_epsilon)) {}

void Convolution::add(const Batch& batch, const tensor::Tensor& src, dnn::Workspace& workspace,
                      BlockBuffers& buffers, tensor::Tensor& dst) const {
  const std::int64_t hidden = linear_.outputs(), before = (size_ - 1) / 2;
  tensor::Tensor& neighbours = buffers.intermediate;
  neighbours.resize({batch.rows(), size_ * hidden});
  for (std::int64_t b = 0; b < batch.texts(); ++b)
    for (std::int64_t n = batch.starts[b]; n < batch.starts[b + 1]; ++n)
      for (std::int64_t k = 0; k < size_; ++k) {
        const std::int64_t from = n - before + k;
        float* to = neighbours.row(n).data() + k * hidden;
        if (from < batch.starts[b] || from >= batch.starts[b + 1])
          std::fill_n(to, hidden, 0.0f);
        else
          std::copy_n(src.row(from).data(), hidden, to);
      }
  buffers.summand.resize({batch.rows(), hidden});
  const dnn::Matrix summand = dnn::matrix(buffers.summand), rows = dnn::matrix(dst);
  linear_.forward(dnn::matrix(neighbours), summand, workspace);
  dnn::add_layer_norm(norm_, summand, rows, rows);
}

}  // namespace nlp::model
