#include "task/quantize.hpp"

#include "support/catch.hpp"

using nlp::task::Precision;
using Bytes = std::vector<std::uint8_t>;

namespace {
Bytes quantized(const std::vector<float>& vector, Precision precision,
                const nlp::task::Ranges& ranges = {}) {
  Bytes bytes(static_cast<std::size_t>(
      nlp::task::quantized_size(precision, static_cast<std::int64_t>(vector.size()))));
  nlp::task::quantize(vector, precision, ranges, bytes);
  return bytes;
}
}  // namespace

// Expected bytes: what quantize_embeddings of sentence-transformers 6.2 makes of these numbers.
TEST_CASE("bytes spread each number's range over 256 steps, as the reference does", "[task]") {
  nlp::task::Ranges ranges;
  ranges.add(std::vector<float>{-1, 0.25f, 3, -0.5f});
  ranges.add(std::vector<float>{1, 0.25f, -3, 0.75f});
  CHECK(ranges.least == std::vector<float>{-1, 0.25f, -3, -0.5f});
  CHECK(ranges.most == std::vector<float>{1, 0.25f, 3, 0.75f});
  const std::vector<float> inside = {0.1f, 0.25f, -2.99f, 0.7f}, outside = {-7, 9, 3.5f, 0.75f};
  CHECK(quantized(inside, Precision::uint8, ranges) == Bytes{140, 0, 0, 244});
  CHECK(quantized(outside, Precision::uint8, ranges) == Bytes{0, 8, 255, 254});
  // 128 less, in two's complement.
  CHECK(quantized(inside, Precision::int8, ranges) == Bytes{12, 128, 128, 116});
}

TEST_CASE("bits are the signs, the first in the highest bit", "[task]") {
  const std::vector<float> vector = {0.5f, -1, 0, 1e-9f, -0.0f, 2, 3, -4, 5, 6, -7};
  CHECK(quantized(vector, Precision::ubinary) == Bytes{0b10010110, 0b11000000});
  CHECK(quantized(vector, Precision::binary) == Bytes{0b00010110, 0b01000000});
}
