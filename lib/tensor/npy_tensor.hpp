// NumPy's arrays as tensors.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/npz_reader.hpp"
#include "tensor/named_tensors.hpp"

namespace nlp::tensor {

// The values as float32 in row-major order, whatever the array's own order.
// Throws Error{data} `WHERE: …` for elements other than float16, float32 and float64.
Tensor from_npy(const npy::Array& array, const std::string& where);

// All arrays of an archive likewise; `where` is followed by the name of the array.
NamedTensors from_npz(const NpzArrays& arrays, const std::string& where);

// For each element, in row-major order, 1 where it is not zero, else 0.
// Throws Error{data} for elements other than bool and integers.
std::vector<std::uint8_t> flags_from_npy(const npy::Array& array, const std::string& where);

}  // namespace nlp::tensor
