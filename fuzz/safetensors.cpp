// Any bytes as a safetensors file: they are refused with an Error, or every view lies within them.
#include "checkpoint/safetensors.hpp"

#include <cstdint>
#include <cstdlib>

#include "base/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  try {
    for (const auto& [name, view] : nlp::checkpoint::parse_safetensors(bytes, "fuzz")) {
      if (view.data < bytes.data() || view.data + view.bytes() > bytes.data() + bytes.size())
        std::abort();
    }
  } catch (const nlp::Error& error) {
    if (error.kind() != nlp::Kind::model) std::abort();
  }
  return 0;
}
