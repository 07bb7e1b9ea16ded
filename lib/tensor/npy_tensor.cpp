#include "tensor/npy_tensor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"

namespace nlp::tensor {
namespace {

// Calls put(row-major index, index in the file) for each element.
template <class Put>
void for_each_place(const npy::Array& array, Put put) {
  const std::int64_t count = array.count();
  if (!array.column_major || array.shape.size() < 2) {
    for (std::int64_t k = 0; k < count; ++k) put(k, k);
    return;
  }
  const std::size_t axes = array.shape.size();
  std::vector<std::int64_t> at(axes, 0), steps(axes, 1);
  for (std::size_t axis = 1; axis < axes; ++axis)
    steps[axis] = steps[axis - 1] * array.shape[axis - 1];
  std::int64_t place = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    put(k, place);
    for (std::size_t axis = axes; axis-- > 0;) {
      place += steps[axis];
      if (++at[axis] < array.shape[axis]) break;
      place -= steps[axis] * at[axis];
      at[axis] = 0;
    }
  }
}

[[noreturn]] void refuse(const npy::Array& array, const std::string& where, const char* wanted) {
  throw Error(Kind::data, fmt::format("{}: elements of type {} (expected {}); convert the array "
                                      "with astype",
                                      where, npy::name_of(array.element), wanted));
}

}  // namespace

Tensor from_npy(const npy::Array& array, const std::string& where) {
  TensorView view{.dtype = DType::f32, .shape = array.shape, .data = array.values.data()};
  switch (array.element) {
    case npy::Element::f16:
      view.dtype = DType::f16;
      break;
    case npy::Element::f32:
      break;
    case npy::Element::f64:
      view.dtype = DType::f64;
      break;
    default:
      refuse(array, where, "float32, float16 or float64");
  }
  Tensor stored(array.shape);
  to_f32(view, 0, stored.values());
  if (!array.column_major) return stored;
  Tensor tensor(array.shape);
  for_each_place(
      array, [&](std::int64_t to, std::int64_t from) { tensor.data()[to] = stored.data()[from]; });
  return tensor;
}

NamedTensors from_npz(const NpzArrays& arrays, const std::string& where) {
  NamedTensors tensors;
  for (const auto& [name, array] : arrays)
    tensors.emplace(name, from_npy(array.array, where + ": " + name));
  return tensors;
}

std::vector<std::uint8_t> flags_from_npy(const npy::Array& array, const std::string& where) {
  if (array.element >= npy::Element::f16) refuse(array, where, "bool or integers");
  const std::size_t size = npy::size_of(array.element);
  std::vector<std::uint8_t> flags(static_cast<std::size_t>(array.count()));
  for_each_place(array, [&](std::int64_t to, std::int64_t from) {
    const auto element = array.values.subspan(static_cast<std::size_t>(from) * size, size);
    flags[static_cast<std::size_t>(to)] =
        std::ranges::any_of(element, [](std::byte byte) { return byte != std::byte{0}; });
  });
  return flags;
}

}  // namespace nlp::tensor
