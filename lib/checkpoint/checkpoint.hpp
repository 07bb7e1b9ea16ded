// The weights of a checkpoint directory: one file of safetensors or torch, or shards with their
// index.  Files are mapped, not copied: views live as long as the Checkpoint.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace nlp::checkpoint {

// The scales of the int8 tensor NAME are the tensor NAME_scale.
inline constexpr std::string_view kScaleEnding = "_scale";

class Checkpoint {
 public:
  // Opens `model.safetensors`, else the shards of `model.safetensors.index.json`, else
  // `pytorch_model.bin`, else the shards of `pytorch_model.bin.index.json`.
  // Names are told as they are used today: `LayerNorm.gamma`/`.beta` become `.weight`/`.bias`, the
  // wrapper prefix `module.` is dropped.
  // Tensors of int8 have the float32 scales `NAME_scale` as their row_scales; the scales are no
  // tensors of their own then (nlp-checkpoint(5)).
  // Files may be links; names in an index stay inside of the directory.
  // Throws Error{model} with the file and the rule that is broken.
  static Checkpoint open(const std::filesystem::path& directory);

  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;
  ~Checkpoint();

  // The tensor, or nullptr.
  const tensor::TensorView* find(std::string_view name) const;

  // The tensor, which must have this shape.
  // Throws Error{model} `FILE: no tensor NAME; nearest: A, B, C` or `NAME: shape (expected, got)`,
  // and for int8 without scales.
  const tensor::TensorView& require(std::string_view name, const tensor::Shape& shape) const;

  // All names, sorted.
  std::vector<std::string_view> names() const;

  // What tells these weights from all others of this computer: each file's name, size, inode and
  // times of change, whose second no program can set.  Hashing the contents would take longer than
  // what a cache saves.  Absent where a file changed less than two seconds before it was opened: a
  // later change could then bear the same time.
  std::optional<std::string> identity() const;
  std::uint64_t bytes() const;  // of all files

  // Where in these files the values of a view lie; absent where it looks at other memory.
  std::optional<std::string> place(const tensor::TensorView& view) const;

  // The values will not be looked at soon: takes their pages out of memory, where they are mapped.
  void forget(std::span<const std::byte> values) const;

  // The directory, for messages.
  const std::filesystem::path& path() const;

 private:
  struct Files;
  explicit Checkpoint(std::unique_ptr<Files> files);
  std::unique_ptr<Files> files_;
};

}  // namespace nlp::checkpoint
