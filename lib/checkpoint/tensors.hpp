// The tensors of a file by name.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "tensor/tensor.hpp"

namespace nlp::checkpoint {

using Tensors = std::map<std::string, tensor::TensorView, std::less<>>;

}  // namespace nlp::checkpoint
