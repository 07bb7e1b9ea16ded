// Writes one safetensors file, whole or not at all.
// Source: the format page of huggingface/safetensors.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace nlp::checkpoint {

// What a tensor of the file will be.
struct TensorPlan {
  std::string name;
  tensor::DType dtype = tensor::DType::f32;
  tensor::Shape shape;
};

class SafetensorsWriter {
 public:
  // Starts PATH.tmp.  The order is: tensors whose bytes are a multiple of 64 first, so that each of
  // them is aligned to 64 bytes; then the larger element first, so that every tensor is aligned to
  // its element; then by name.  The same plan and bytes make the same file.
  // Throws Error{io}, and Error{model} for a type or a name that the format does not have.
  SafetensorsWriter(const std::filesystem::path& path, std::vector<TensorPlan> tensors,
                    const std::map<std::string, std::string>& metadata);
  ~SafetensorsWriter();  // removes what was not committed
  SafetensorsWriter(const SafetensorsWriter&) = delete;
  SafetensorsWriter& operator=(const SafetensorsWriter&) = delete;

  // Bytes of a tensor from its byte `offset` on, each byte once, in any order.  Throws Error{io},
  // and Error{internal} for bytes that lie outside of the tensor.
  void write(std::string_view name, std::uint64_t offset, std::span<const std::byte> bytes);

  // Lets the disk have it all and gives the file its name.  Throws Error{io}, and Error{internal}
  // where bytes of a tensor are missing.
  void commit();

  std::uint64_t bytes() const { return data_ + size_; }  // of the whole file

 private:
  struct Place {
    std::uint64_t begin = 0, size = 0, written = 0;
  };
  [[noreturn]] void fail(const char* what) const;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) const;

  std::filesystem::path path_, temporary_;
  std::map<std::string, Place, std::less<>> places_;
  std::uint64_t data_ = 0;  // where the data begins
  std::uint64_t size_ = 0;  // of the data
  int descriptor_ = -1;
};

}  // namespace nlp::checkpoint
