// Any bytes as a file of torch.save: they are refused with an Error, or every view lies within them
// or within a copy, and copies are no larger than they.
#include "checkpoint/torch_file.hpp"

#include <cstdint>

#include "support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  nlp::fuzz::allow({nlp::Kind::model}, [&] {
    const auto file = nlp::checkpoint::parse_torch_file(bytes, "fuzz");
    static volatile unsigned sink;
    for (const auto& [name, view] : file.tensors) {
      const bool within = view.data >= bytes.data() && view.data <= bytes.data() + bytes.size();
      nlp::fuzz::require(!within || view.data + view.bytes() <= bytes.data() + bytes.size());
      nlp::fuzz::require(view.bytes() <= bytes.size());
      // The sanitizer sees a view that is none of both.
      for (std::size_t k = 0; k < view.bytes(); ++k) sink = std::to_integer<unsigned>(view.data[k]);
    }
  });
  return 0;
}
