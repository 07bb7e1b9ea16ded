// Owned tensors by name: the weights of a part that stands alone.
#pragma once
#include <map>
#include <string>

#include "tensor/tensor.hpp"

namespace nlp::tensor {

using NamedTensors = std::map<std::string, Tensor, std::less<>>;

}  // namespace nlp::tensor
