// Any bytes as arrays: they are refused with an Error, or have the values that their header says.
#include "base/npz_reader.hpp"
#include "support.hpp"

using nlp::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  nlp::fuzz::allow({nlp::Kind::data}, [&] {
    const auto array = nlp::npy::read(bytes, "fuzz");
    std::int64_t count = 1;
    for (const auto extent : array.shape) count *= extent;
    require(count == array.count());
    require(array.values.data() + array.values.size() == bytes.data() + bytes.size());
  });
  nlp::fuzz::allow({nlp::Kind::data}, [&] {
    for (const auto& [name, array] : nlp::read_npz(bytes, "fuzz"))
      require(array.array.values.size() < array.file.size());
  });
  return 0;
}
