// The layers that blocks and heads are made of: where their numbers lie, and what they do forwards
// and backwards on a shard's rows.
// Legend: N rows, K inputs, M outputs, H hidden.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "dnn/norm_training.hpp"
#include "dnn/stored_rows.hpp"
#include "train/parameters.hpp"

namespace nlp::train {

// Adds parameters by the names of modules, `.weight` and `.bias`.
class LayerNames {
 public:
  // encoder: whether the encoder's prefix stands before the names.
  // has_bias(module): whether a module that may lack one has a bias; null: all have.
  LayerNames(Parameters& parameters, bool encoder,
             const std::function<bool(const std::string&)>& has_bias)
      : parameters_(parameters), encoder_(encoder), has_bias_(has_bias) {}

  Parameters& parameters() const { return parameters_; }
  bool has_bias(const std::string& module) const { return !has_bias_ || has_bias_(module); }
  std::int64_t matrix(const std::string& module, std::int64_t rows, std::int64_t columns) const {
    return parameters_.add_matrix(module + ".weight", encoder_, {rows, columns});
  }
  std::int64_t vector(const std::string& name, std::int64_t size, float initial) const {
    return parameters_.add_vector(name, encoder_, size, initial);
  }

 private:
  Parameters& parameters_;
  bool encoder_;
  std::function<bool(const std::string&)> has_bias_;
};

// dst = src · weightsᵀ + bias
struct Linear {
  std::int64_t outputs = 0, inputs = 0;  // M, K
  std::int64_t weights = -1;             // [M,K], in the matrices
  std::int64_t bias = -1;                // [M], in the vectors; -1: none

  // Some of the outputs, as a layer of its own.
  Linear part(std::int64_t first, std::int64_t count) const {
    return {count, inputs, weights + first * inputs, bias < 0 ? -1 : bias + first};
  }
};

// Modules of the same inputs, stacked.
Linear add_linear(const LayerNames& names, const std::vector<std::string>& modules,
                  std::int64_t outputs_each, std::int64_t inputs);

// dst [padded N,M] <- src.
void linear_forward(const Linear& layer, const Parameters& parameters, const dnn::StoredRows& src,
                    dnn::Matrix dst, dnn::Workspace& workspace);
// diff_src [padded N,K] (+)= diff_dst · weights.  The gradients of the weights come later, from
// what a LinearUse tells; that of the bias is the sum of diff_dst's columns.
void linear_backward(const Linear& layer, const Parameters& parameters,
                     const dnn::StoredRows& diff_dst, dnn::Matrix diff_src, bool add,
                     dnn::Workspace& workspace);

// What one application of a layer leaves for the gradient of its weights: diff_dstᵀ · src.
struct LinearUse {
  Linear layer;
  const dnn::StoredRows* src;
  const dnn::StoredRows* diff_dst;
  std::int64_t first_column = 0;  // where the layer's outputs begin in diff_dst
};

struct Norm {
  std::int64_t size = 0;
  std::int64_t scale = -1, shift = -1;  // [H], in the vectors; shift -1: none
  float epsilon = 1e-12f;
  bool centered = true;
};

Norm add_norm(const LayerNames& names, const std::string& module, std::int64_t size, float epsilon,
              bool centered);

// What a norm keeps of its rows for the way back.
struct NormState {
  tensor::Tensor unit;         // [N,H]
  std::vector<float> factors;  // [N]
};

// dst [N,H] <- src (+ residual, unless its data is null).
void norm_forward(const Norm& norm, const Parameters& parameters, dnn::ConstMatrix src,
                  dnn::ConstMatrix residual, NormState& state, dnn::Matrix dst);
// `vectors`: where gradients of all vectors are added up.
void norm_backward(const Norm& norm, const Parameters& parameters, dnn::ConstMatrix diff_dst,
                   const NormState& state, dnn::Matrix diff_src, float* vectors);

// The first rows of a matrix.
template <class Value>
dnn::BasicMatrix<Value> first_rows(dnn::BasicMatrix<Value> matrix, std::int64_t rows) {
  matrix.rows = rows;
  return matrix;
}

// `tensor` becomes [padded rows, columns]; a view of all of it.
inline dnn::Matrix padded_matrix(tensor::Tensor& tensor, std::int64_t rows, std::int64_t columns) {
  tensor.resize({dnn::padded_rows(rows), columns});
  return {tensor.data(), dnn::padded_rows(rows), columns, columns};
}

}  // namespace nlp::train
