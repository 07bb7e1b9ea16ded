#include "train/parameters.hpp"

#include <algorithm>
#include <utility>

#include "dnn/stored_rows.hpp"

namespace nlp::train {
namespace {

constexpr std::int64_t kLine = 16;  // floats of a cache line

std::int64_t whole_lines(std::int64_t size) { return (size + kLine - 1) / kLine * kLine; }

}  // namespace

std::int64_t Parameters::add(Parameter parameter, std::int64_t& size) {
  parameter.first = size;
  size += parameter.size();
  all_.push_back(std::move(parameter));
  return all_.back().first;
}

std::int64_t Parameters::add_matrix(std::string name, bool encoder, tensor::Shape shape) {
  initial_.push_back(0);
  return add({std::move(name), encoder, std::move(shape), true}, matrices_size_);
}

std::int64_t Parameters::add_vector(std::string name, bool encoder, std::int64_t size,
                                    float initial) {
  initial_.push_back(initial);
  return add({std::move(name), encoder, {size}, false}, vectors_size_);
}

void Parameters::end_stack() {
  matrices_size_ = whole_lines(matrices_size_);
  vectors_size_ = whole_lines(vectors_size_);
}

void Parameters::allocate() {
  end_stack();
  const auto take = [](Stretch& stretch, std::int64_t size) {
    for (tensor::Tensor* part :
         {&stretch.values, &stretch.diffs, &stretch.first_moments, &stretch.second_moments})
      *part = tensor::Tensor::zeros({size});
  };
  take(matrices_, matrices_size_);
  take(vectors_, vectors_size_);
  if (type_ == dnn::ComputeType::bf16)
    matrices_.rounded.assign(static_cast<std::size_t>(matrices_size_), 0);
  for (std::size_t k = 0; k < all_.size(); ++k)
    if (!all_[k].matrix) std::ranges::fill(values(all_[k]), initial_[k]);
}

std::int64_t Parameters::count() const {
  std::int64_t sum = 0;
  for (const auto& parameter : all_) sum += parameter.size();
  return sum;
}

std::span<float> Parameters::values(const Parameter& parameter) {
  return {of(parameter).values.data() + parameter.first,
          static_cast<std::size_t>(parameter.size())};
}

std::span<const float> Parameters::values(const Parameter& parameter) const {
  const Stretch& stretch = parameter.matrix ? matrices_ : vectors_;
  return {stretch.values.data() + parameter.first, static_cast<std::size_t>(parameter.size())};
}

std::span<float> Parameters::diffs(const Parameter& parameter) {
  return {of(parameter).diffs.data() + parameter.first, static_cast<std::size_t>(parameter.size())};
}

void Parameters::round_all() {
  if (type_ == dnn::ComputeType::bf16)
    dnn::round_to_bf16(matrices_.values.values(), matrices_.rounded.data());
}

dnn::Operand Parameters::operand(std::int64_t first, std::int64_t rows,
                                 std::int64_t columns) const {
  const void* data = type_ == dnn::ComputeType::bf16
                         ? static_cast<const void*>(matrices_.rounded.data() + first)
                         : static_cast<const void*>(matrices_.values.data() + first);
  return {type_, data, rows, columns, columns, 1};
}

}  // namespace nlp::train
