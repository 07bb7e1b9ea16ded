#include "tensor/tensor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "base/error.hpp"

namespace nlp::tensor {
namespace {
constexpr std::align_val_t kAlignment{64};

// i8 values from `first` on, each with the scale of its row.
void scaled_to_f32(const TensorView& src, std::int64_t first, std::span<float> dst) {
  const std::int64_t columns = count(src.shape) / std::max<std::int64_t>(src.shape.front(), 1);
  const auto* from = reinterpret_cast<const std::int8_t*>(src.data) + first;
  while (!dst.empty()) {
    const float scale = src.row_scales[first / columns];
    const auto size = std::min(dst.size(), static_cast<std::size_t>(columns - first % columns));
    for (std::size_t k = 0; k < size; ++k) dst[k] = static_cast<float>(from[k]) * scale;
    from += size;
    first += static_cast<std::int64_t>(size);
    dst = dst.subspan(size);
  }
}
}  // namespace

std::int64_t count(const Shape& shape) {
  std::int64_t product = 1;
  for (const auto extent : shape) product *= extent;
  return product;
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

void to_f32(const TensorView& src, std::int64_t first, std::span<float> dst) {
  const std::byte* from = src.data + static_cast<std::size_t>(first) * size_of(src.dtype);
  const auto each = [&](auto value, auto convert) {
    for (std::size_t k = 0; k < dst.size(); ++k) {
      std::memcpy(&value, from + k * sizeof value, sizeof value);
      dst[k] = convert(value);
    }
  };
  switch (src.dtype) {
    case DType::f32:
      std::memcpy(dst.data(), from, dst.size_bytes());
      return;
    case DType::f16:
      return each(std::uint16_t{}, f16_to_f32);
    case DType::bf16:
      return each(std::uint16_t{}, bf16_to_f32);
    case DType::f64:
      return each(double{}, [](double value) { return static_cast<float>(value); });
    case DType::i8:
      if (src.row_scales != nullptr) return scaled_to_f32(src, first, dst);
      [[fallthrough]];
    default:
      throw Error(Kind::model, fmt::format("weights of type {} cannot be computed with (expected "
                                           "float32, float16, bfloat16, float64, or int8 "
                                           "with scales)",
                                           name_of(src.dtype)));
  }
}

void Tensor::Free::operator()(float* pointer) const { ::operator delete[](pointer, kAlignment); }

Tensor::Tensor(Shape shape) { resize(shape); }

Tensor Tensor::zeros(Shape shape) {
  Tensor tensor(std::move(shape));
  std::fill_n(tensor.data(), tensor.size(), 0.0f);
  return tensor;
}

void Tensor::resize(const Shape& shape) {
  const std::int64_t wanted = count(shape);
  if (wanted > capacity_) {
    data_.reset();
    capacity_ = 0;
    data_.reset(static_cast<float*>(
        ::operator new[](static_cast<std::size_t>(wanted) * sizeof(float), kAlignment)));
    capacity_ = wanted;
  }
  shape_ = shape;
  size_ = wanted;
}

std::span<float> Tensor::row(std::int64_t index) {
  const std::int64_t width = rows() ? size_ / rows() : 0;
  return {data() + index * width, static_cast<std::size_t>(width)};
}

std::span<const float> Tensor::row(std::int64_t index) const {
  const std::int64_t width = rows() ? size_ / rows() : 0;
  return {data() + index * width, static_cast<std::size_t>(width)};
}

}  // namespace nlp::tensor
