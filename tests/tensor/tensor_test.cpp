#include "tensor/tensor.hpp"

#include <algorithm>
#include <cstdint>
#include <new>
#include <utility>

#include "support/catch.hpp"

using nlp::tensor::count;
using nlp::tensor::Shape;
using nlp::tensor::Tensor;
using nlp::tensor::to_string;

namespace {
bool is_aligned(const Tensor& tensor) {
  return reinterpret_cast<std::uintptr_t>(tensor.data()) % 64 == 0;
}
}  // namespace

TEST_CASE("a shape counts its elements, and one value for no axis at all", "[tensor]") {
  CHECK(count({}) == 1);
  CHECK(count({7}) == 7);
  CHECK(count({3, 4, 5}) == 60);
  CHECK(count({3, 0, 5}) == 0);
  CHECK(count({70000, 70000}) == 4900000000);
}

TEST_CASE("a shape is written as a list", "[tensor]") {
  CHECK(to_string({}) == "[]");
  CHECK(to_string({5}) == "[5]");
  CHECK(to_string({3, 768}) == "[3, 768]");
}

TEST_CASE("a tensor's memory starts at 64 bytes whatever its size", "[tensor]") {
  for (const std::int64_t size : {1, 3, 16, 17, 1000, 100003}) {
    const Tensor tensor({size});
    CHECK(is_aligned(tensor));
    CHECK(tensor.size() == size);
    CHECK(tensor.values().size() == static_cast<std::size_t>(size));
  }
}

TEST_CASE("a new tensor of zeros is zero everywhere", "[tensor]") {
  // Memory that was used before comes back dirty.
  {
    Tensor dirty({5, 1001});
    std::fill(dirty.values().begin(), dirty.values().end(), 7.0f);
  }
  const Tensor tensor = Tensor::zeros({5, 1001});
  CHECK(tensor.shape() == Shape{5, 1001});
  CHECK(std::all_of(tensor.values().begin(), tensor.values().end(),
                    [](float value) { return value == 0.0f; }));
}

TEST_CASE("a tensor without a shape or with an empty axis is empty", "[tensor]") {
  CHECK(Tensor().empty());
  CHECK(Tensor({0, 8}).empty());
  CHECK(Tensor({0, 8}).rows() == 0);
  CHECK_FALSE(Tensor({1}).empty());
}

TEST_CASE("rows follow each other along the first axis", "[tensor]") {
  Tensor tensor({3, 2, 2});
  float next = 0;
  for (auto& value : tensor.values()) value = next++;
  CHECK(tensor.rows() == 3);
  REQUIRE(tensor.row(1).size() == 4);
  CHECK(tensor.row(1)[0] == 4);
  CHECK(tensor.row(2)[3] == 11);
  tensor.row(0)[0] = 42;
  CHECK(std::as_const(tensor).row(0)[0] == 42);
  CHECK(std::as_const(tensor).row(2).size() == 4);
}

TEST_CASE("a tensor keeps its memory while that is large enough", "[tensor]") {
  Tensor tensor({4, 100});
  const float* memory = tensor.data();
  tensor.resize({10});
  CHECK(tensor.data() == memory);
  CHECK(tensor.shape() == Shape{10});
  CHECK(tensor.size() == 10);
  tensor.resize({100, 4});  // as many as at first, though fewer in between
  CHECK(tensor.data() == memory);
  CHECK(tensor.row(99).size() == 4);
  tensor.resize({401});
  CHECK(tensor.size() == 401);
  CHECK(is_aligned(tensor));
  std::fill(tensor.values().begin(), tensor.values().end(), 1.0f);
}

TEST_CASE("a moved tensor takes its memory along", "[tensor]") {
  Tensor from({2, 3});
  const float* memory = from.data();
  const Tensor to = std::move(from);
  CHECK(to.data() == memory);
  CHECK(to.shape() == Shape{2, 3});
}

#ifndef NLP_SANITIZED  // whose allocators would end the program
TEST_CASE("a tensor larger than any memory is refused by the allocator", "[tensor]") {
  CHECK_THROWS_AS(Tensor({std::int64_t{1} << 59}), std::bad_alloc);
  Tensor tensor({4});
  CHECK_THROWS_AS(tensor.resize({std::int64_t{1} << 59}), std::bad_alloc);
}
#endif
