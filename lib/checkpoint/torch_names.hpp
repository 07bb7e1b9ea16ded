// The globals that a file of torch may name, and the types among them.
// Source: torch's `weights_only` reader, of which this is the part that plain tensors need.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "tensor/dtype.hpp"

namespace nlp::checkpoint {

inline constexpr std::string_view kRebuildTensor = "torch._utils._rebuild_tensor",
                                  kRebuildTensorV2 = "torch._utils._rebuild_tensor_v2",
                                  kRebuildTensorV3 = "torch._utils._rebuild_tensor_v3",
                                  kRebuildParameter = "torch._utils._rebuild_parameter",
                                  kRebuildParameterWithState =
                                      "torch._utils._rebuild_parameter_with_state",
                                  kSize = "torch.Size";

// The type of a storage's or tensor's elements.
struct ElementType {
  tensor::DType dtype = tensor::DType::other;
  std::size_t bytes = 1;
};

// All of them, for Pickle.
std::span<const std::string_view> torch_globals();

// What "torch.FloatStorage" or "torch.float32" holds; nothing for a name that is neither.
std::optional<ElementType> storage_type(std::string_view name);
std::optional<ElementType> dtype_of(std::string_view name);

}  // namespace nlp::checkpoint
