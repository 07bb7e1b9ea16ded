#include "tensor/npy_tensor.hpp"

#include <cstring>

#include "base/error.hpp"
#include "support/catch.hpp"

using nlp::npy::Array;
using nlp::npy::Element;
using nlp::tensor::flags_from_npy;
using nlp::tensor::from_npy;

namespace {
template <class Value>
Array array(Element element, nlp::tensor::Shape shape, const std::vector<Value>& values,
            bool column_major = false) {
  Array array;
  array.element = element;
  array.shape = std::move(shape);
  array.column_major = column_major;
  array.values = std::as_bytes(std::span(values));
  return array;
}

std::vector<float> values(const nlp::tensor::Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}
}  // namespace

TEST_CASE("arrays of floats of any size become float32", "[tensor]") {
  const std::vector<double> doubles = {1.5, -2};
  CHECK(values(from_npy(array(Element::f64, {2}, doubles), "x")) == std::vector<float>{1.5f, -2});
  const std::vector<std::uint16_t> halves = {0x3E00, 0xC000};
  CHECK(values(from_npy(array(Element::f16, {2}, halves), "x")) == std::vector<float>{1.5f, -2});
}

TEST_CASE("an array whose first axis runs fastest comes out in row-major order", "[tensor]") {
  // The element [i, j, k] is 100 i + 10 j + k.
  std::vector<float> stored, wanted;
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) stored.push_back(static_cast<float>(100 * i + 10 * j + k));
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k) wanted.push_back(static_cast<float>(100 * i + 10 * j + k));
  const auto tensor = from_npy(array(Element::f32, {2, 3, 4}, stored, true), "x");
  CHECK(tensor.shape() == nlp::tensor::Shape{2, 3, 4});
  CHECK(values(tensor) == wanted);
}

TEST_CASE("flags are what is not zero, in any integer", "[tensor]") {
  const std::vector<std::int64_t> numbers = {0, 256, -1, 0};
  using Flags = std::vector<std::uint8_t>;
  CHECK(flags_from_npy(array(Element::i64, {2, 2}, numbers), "x") == Flags{0, 1, 1, 0});
  CHECK(flags_from_npy(array(Element::i64, {2, 2}, numbers, true), "x") == Flags{0, 1, 1, 0});
  const std::vector<std::int64_t> other = {0, 1, 0, 0};
  CHECK(flags_from_npy(array(Element::i64, {2, 2}, other, true), "x") == Flags{0, 0, 1, 0});
}

TEST_CASE("elements that are no floats, or no flags, are refused by name", "[tensor]") {
  const std::vector<std::int64_t> numbers = {1};
  const std::vector<float> floats = {1};
  const auto said = [](const auto& call) {
    try {
      call();
    } catch (const nlp::Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(said([&] {
          from_npy(array(Element::i64, {1}, numbers), "x");
        }).find("x: elements of type int64 (expected float32") == 0);
  CHECK(said([&] {
          flags_from_npy(array(Element::f32, {1}, floats), "x");
        }).find("x: elements of type float32 (expected bool") == 0);
}
