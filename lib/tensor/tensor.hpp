// Dense row-major tensors: Tensor owns float32 values, TensorView looks at values of any type
// that somebody else owns (a mapped checkpoint).
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tensor/dtype.hpp"

namespace nlp::tensor {

using Shape = std::vector<std::int64_t>;

std::int64_t count(const Shape& shape);     // product of all extents; 1 for rank 0
std::string to_string(const Shape& shape);  // "[3, 768]"

// Values in a checkpoint file.  `data` may be aligned to as little as one element.
struct TensorView {
  DType dtype = DType::f32;
  Shape shape;
  const std::byte* data = nullptr;
  // Of i8 alone: a factor for each row of the first axis; value = q * row_scales[row].
  const float* row_scales = nullptr;
  std::size_t bytes() const { return static_cast<std::size_t>(count(shape)) * size_of(dtype); }
};

// Converts f32, f16, bf16, f64, and i8 values with row_scales, [first, first + dst.size()) of `src`
// to float32.  Throws Error{model} for another type.
void to_f32(const TensorView& src, std::int64_t first, std::span<float> dst);

// Owned float32 values, 64-byte aligned, not initialised.  Move-only.
class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(Shape shape);
  static Tensor zeros(Shape shape);

  // Changes the shape; keeps the memory where it is large enough.  The values are then undefined.
  void resize(const Shape& shape);

  const Shape& shape() const { return shape_; }
  std::int64_t rows() const { return shape_.empty() ? 1 : shape_.front(); }
  std::int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  // Row `index` of the first axis.
  std::span<float> row(std::int64_t index);
  std::span<const float> row(std::int64_t index) const;
  std::span<const float> values() const { return {data(), static_cast<std::size_t>(size_)}; }
  std::span<float> values() { return {data(), static_cast<std::size_t>(size_)}; }

 private:
  struct Free {
    void operator()(float* pointer) const;
  };
  Shape shape_;
  std::int64_t size_ = 0;
  std::int64_t capacity_ = 0;
  std::unique_ptr<float[], Free> data_;
};

}  // namespace nlp::tensor
