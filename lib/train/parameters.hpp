// All numbers that are learnt: matrices and vectors, each kind in one stretch of memory with its
// gradients and moments beside it, so that one loop serves all.
// A stacked layer (query, key, value) is what was added one behind the other.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dnn/gemm.hpp"
#include "tensor/tensor.hpp"

namespace nlp::train {

// A matrix is what is multiplied or looked up, and decays; a vector is a bias or part of a norm.
struct Parameter {
  std::string name;  // as the checkpoint that is written has it, behind the encoder's prefix
  bool encoder;      // whether that prefix stands before it
  tensor::Shape shape;
  bool matrix;
  std::int64_t first = 0;  // in the stretch of its kind
  bool trained = true;

  std::int64_t size() const { return tensor::count(shape); }
};

// One kind's numbers.
struct Stretch {
  tensor::Tensor values, diffs, first_moments, second_moments;
  std::vector<std::uint16_t> rounded;  // values as bfloat16, where products are
};

class Parameters {
 public:
  // `type`: of what products multiply.
  explicit Parameters(dnn::ComputeType type) : type_(type) {}

  // Where it begins in its kind's stretch.  All are added before allocate().
  std::int64_t add_matrix(std::string name, bool encoder, tensor::Shape shape);
  std::int64_t add_vector(std::string name, bool encoder, std::int64_t size, float initial);
  // The next one begins at a whole cache line: whatever follows is not stacked on it.
  void end_stack();
  // Takes memory; the values of matrices are undefined, vectors have their initial value.
  void allocate();

  std::span<Parameter> all() { return all_; }
  std::span<const Parameter> all() const { return all_; }
  std::int64_t count() const;  // of numbers

  Stretch& of(const Parameter& parameter) { return parameter.matrix ? matrices_ : vectors_; }
  std::span<float> values(const Parameter& parameter);
  std::span<const float> values(const Parameter& parameter) const;
  std::span<float> diffs(const Parameter& parameter);
  // What follows from values that were set from outside.
  void round_all();

  dnn::ComputeType type() const { return type_; }
  // [rows, columns] of the matrices from `first` on, as products multiply them.
  dnn::Operand operand(std::int64_t first, std::int64_t rows, std::int64_t columns) const;
  const float* matrix_value(std::int64_t first) const { return matrices_.values.data() + first; }
  float* matrix_diff(std::int64_t first) { return matrices_.diffs.data() + first; }
  const float* vector_value(std::int64_t first) const { return vectors_.values.data() + first; }
  float* vector_diff(std::int64_t first) { return vectors_.diffs.data() + first; }
  std::int64_t vectors() const { return vectors_size_; }
  Stretch& matrix_stretch() { return matrices_; }
  Stretch& vector_stretch() { return vectors_; }

 private:
  std::int64_t add(Parameter parameter, std::int64_t& size);

  dnn::ComputeType type_;
  std::vector<Parameter> all_;
  std::vector<float> initial_;  // of vectors, by parameter
  std::int64_t matrices_size_ = 0, vectors_size_ = 0;
  Stretch matrices_, vectors_;
};

}  // namespace nlp::train
