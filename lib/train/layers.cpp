#include "train/layers.hpp"

namespace nlp::train {

Linear add_linear(const LayerNames& names, const std::vector<std::string>& modules,
                  std::int64_t outputs_each, std::int64_t inputs) {
  names.parameters().end_stack();
  Linear layer{static_cast<std::int64_t>(modules.size()) * outputs_each, inputs};
  for (const auto& module : modules) {
    const std::int64_t weights = names.matrix(module, outputs_each, inputs);
    if (layer.weights < 0) layer.weights = weights;
  }
  if (names.has_bias(modules.front()))
    for (const auto& module : modules) {
      const std::int64_t first = names.vector(module + ".bias", outputs_each, 0);
      if (layer.bias < 0) layer.bias = first;
    }
  return layer;
}

void linear_forward(const Linear& layer, const Parameters& parameters, const dnn::StoredRows& src,
                    dnn::Matrix dst, dnn::Workspace& workspace) {
  const dnn::Operand weights = parameters.operand(layer.weights, layer.outputs, layer.inputs);
  dnn::gemm(src.operand(), weights.transposed(), dst,
            {.bias = layer.bias < 0 ? nullptr : parameters.vector_value(layer.bias)}, workspace);
}

void linear_backward(const Linear& layer, const Parameters& parameters,
                     const dnn::StoredRows& diff_dst, dnn::Matrix diff_src, bool add,
                     dnn::Workspace& workspace) {
  const dnn::Operand weights = parameters.operand(layer.weights, layer.outputs, layer.inputs);
  dnn::gemm(diff_dst.operand(), weights, diff_src, {.add = add}, workspace);
}

Norm add_norm(const LayerNames& names, const std::string& module, std::int64_t size, float epsilon,
              bool centered) {
  names.parameters().end_stack();
  Norm norm{size, names.vector(module + ".weight", size, 1), -1, epsilon, centered};
  if (names.has_bias(module)) norm.shift = names.vector(module + ".bias", size, 0);
  return norm;
}

namespace {

dnn::NormParameters view(const Norm& norm, const Parameters& parameters) {
  return {parameters.vector_value(norm.scale),
          norm.shift < 0 ? nullptr : parameters.vector_value(norm.shift), norm.epsilon,
          norm.centered};
}

}  // namespace

void norm_forward(const Norm& norm, const Parameters& parameters, dnn::ConstMatrix src,
                  dnn::ConstMatrix residual, NormState& state, dnn::Matrix dst) {
  state.unit.resize({src.rows, norm.size});
  state.factors.resize(static_cast<std::size_t>(src.rows));
  dnn::norm_forward(view(norm, parameters), src, residual, dnn::matrix(state.unit), state.factors,
                    dst);
}

void norm_backward(const Norm& norm, const Parameters& parameters, dnn::ConstMatrix diff_dst,
                   const NormState& state, dnn::Matrix diff_src, float* vectors) {
  const auto size = static_cast<std::size_t>(norm.size);
  const std::span<float> shift =
      norm.shift < 0 ? std::span<float>() : std::span<float>(vectors + norm.shift, size);
  dnn::norm_backward(view(norm, parameters), diff_dst, dnn::matrix(state.unit), state.factors,
                     diff_src, {vectors + norm.scale, size}, shift);
}

}  // namespace nlp::train
