// Writes the tensors of a checkpoint in another type: man/nlp-checkpoint.5.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint.hpp"

namespace nlp::checkpoint {

enum class StoredType : std::uint8_t { f32, bf16, int8 };

// Whether an int8 checkpoint holds this tensor as int8: a matrix NAME.weight of at least 16 rows
// and 16 columns that is multiplied or is a table of words.  Tables of positions and distances are
// small, and their errors reach every token: they stay float32.
bool is_int8(std::string_view name, const tensor::Shape& shape);

struct Stored {
  std::uint64_t tensors = 0;
  std::uint64_t int8 = 0;          // tensors of int8
  std::uint64_t bytes = 0;         // of the file
  std::uint64_t tensor_bytes = 0;  // of its tensors alone
  std::vector<std::string> names;  // in the file: scales of int8 are tensors there
};

// Writes the tensors `names` of `src`, which must be there, to one safetensors file.  Floats of any
// type, int8 with scales among them, become `type`; where they have it already they keep their
// bits.  All others are copied.  Holds a piece of one tensor at a time; `progress` is called after
// each tensor and may throw.  `prefix` is put before every name.
// Throws Error{io}; Error{model} for a type that cannot be read, and for infinity or NaN in int8.
Stored store(const Checkpoint& src, std::span<const std::string_view> names, StoredType type,
             const std::filesystem::path& file, const std::function<void()>& progress,
             std::string_view prefix = {});

}  // namespace nlp::checkpoint
