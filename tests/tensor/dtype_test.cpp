// Element types of checkpoints, and what their bits are worth as float32.
#include "tensor/dtype.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "tensor/tensor.hpp"

using nlp::tensor::bf16_to_f32;
using nlp::tensor::DType;
using nlp::tensor::f16_to_f32;
using nlp::tensor::TensorView;
using nlp::tensor::to_f32;

namespace {
constexpr DType kAll[] = {DType::f32, DType::f16, DType::bf16,   DType::f64, DType::i8,
                          DType::u8,  DType::i16, DType::u16,    DType::i32, DType::u32,
                          DType::i64, DType::u64, DType::boolean};

std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// What IEEE 754 says that 1 sign bit, 5 exponent bits and 10 fraction bits are worth.
float binary16(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const float sign = bits & 0x8000 ? -1.0f : 1.0f;
  if (exponent == 31)
    return fraction ? std::numeric_limits<float>::quiet_NaN()
                    : sign * std::numeric_limits<float>::infinity();
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
}

template <class T>
TensorView view(DType dtype, const std::vector<T>& values) {
  return {dtype,
          {static_cast<std::int64_t>(values.size())},
          reinterpret_cast<const std::byte*>(values.data())};
}

template <class T>
std::vector<float> converted(DType dtype, const std::vector<T>& values) {
  std::vector<float> dst(values.size());
  to_f32(view(dtype, values), 0, dst);
  return dst;
}
}  // namespace

TEST_CASE("every type has its size and a name of its own", "[tensor]") {
  std::vector<std::string> names;
  for (const DType dtype : kAll) {
    const std::string name{nlp::tensor::name_of(dtype)};
    CHECK(std::count(names.begin(), names.end(), name) == 0);
    names.push_back(name);
    std::size_t bits = 8;  // of bool
    if (const auto digit = name.find_first_of("123456789"); digit != std::string::npos)
      bits = std::stoul(name.substr(digit));
    INFO(name);
    CHECK(nlp::tensor::size_of(dtype) * 8 == bits);
  }
  CHECK(nlp::tensor::size_of(DType::other) == 0);
}

TEST_CASE("all 65536 float16 values are what IEEE 754 says, subnormal ones too", "[tensor]") {
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const float value = f16_to_f32(static_cast<std::uint16_t>(bits));
    const float expected = binary16(static_cast<std::uint16_t>(bits));
    INFO(bits);
    if (std::isnan(expected))
      REQUIRE(std::isnan(value));
    else
      REQUIRE(bits_of(value) == bits_of(expected));  // the sign of zero counts
  }
}

TEST_CASE("a bfloat16 is the upper half of a float32", "[tensor]") {
  CHECK(bf16_to_f32(0x3f80) == 1.0f);
  CHECK(bf16_to_f32(0xc0a0) == -5.0f);
  CHECK(bits_of(bf16_to_f32(0x8000)) == 0x80000000u);
  CHECK(bf16_to_f32(0x0001) == std::ldexp(1.0f, -133));  // the least subnormal one
  CHECK(bf16_to_f32(0x7f7f) == std::ldexp(255.0f, 120));
  CHECK(bf16_to_f32(0x7f80) == std::numeric_limits<float>::infinity());
  CHECK(bf16_to_f32(0xff80) == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(bf16_to_f32(0x7fc1)));
}

TEST_CASE("a float32 becomes the nearest bfloat16, ties to even", "[tensor]") {
  using nlp::tensor::f32_to_bf16;
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = bf16_to_f32(half);
    if (std::isnan(value)) {
      REQUIRE(std::isnan(bf16_to_f32(f32_to_bf16(value))));
      continue;
    }
    REQUIRE(f32_to_bf16(value) == half);
    if (std::isinf(value) || (half & 0x7fff) == 0x7f7f) continue;
    const float next = bf16_to_f32(static_cast<std::uint16_t>(half + 1));
    const float middle = static_cast<float>((static_cast<double>(value) + next) / 2);
    REQUIRE(f32_to_bf16(middle) == static_cast<std::uint16_t>(half + (half & 1)));
    REQUIRE(f32_to_bf16(std::nextafter(middle, value)) == half);
    REQUIRE(f32_to_bf16(std::nextafter(middle, next)) == static_cast<std::uint16_t>(half + 1));
  }
  CHECK(f32_to_bf16(std::numeric_limits<float>::max()) == 0x7f80);
  std::uint32_t low_nan = 0x7f800001u;  // whose upper half alone would be infinity
  float nan;
  std::memcpy(&nan, &low_nan, sizeof nan);
  CHECK(std::isnan(bf16_to_f32(f32_to_bf16(nan))));
}

TEST_CASE("float64 values are rounded to the nearest float32, ties to even", "[tensor]") {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto dst = converted<double>(
      DType::f64, {0.1, -0.0, 1 + std::ldexp(1, -24), 1 + std::ldexp(3, -24), std::ldexp(1, -149),
                   std::ldexp(1, -151), 1e300, -infinity, std::nan("")});
  CHECK(dst[0] == 0.1f);
  CHECK(bits_of(dst[1]) == 0x80000000u);
  CHECK(dst[2] == 1.0f);
  CHECK(dst[3] == 1 + std::ldexp(1.0f, -22));
  CHECK(dst[4] == std::numeric_limits<float>::denorm_min());
  CHECK(dst[5] == 0.0f);
  CHECK(dst[6] == std::numeric_limits<float>::infinity());
  CHECK(dst[7] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(dst[8]));
}

TEST_CASE("float32 values are copied bit by bit, signalling NaN included", "[tensor]") {
  const std::vector<std::uint32_t> bits = {0x00000001u, 0x80000000u, 0x7f800001u, 0xffc12345u};
  const auto dst = converted(DType::f32, bits);
  for (std::size_t k = 0; k < bits.size(); ++k) CHECK(bits_of(dst[k]) == bits[k]);
}

TEST_CASE("values are read from the place asked for, aligned or not", "[tensor]") {
  const std::uint16_t values[] = {0x3c00, 0x4000, 0x4200, 0x4400};  // 1 2 3 4
  std::vector<std::byte> file(sizeof values + 1);
  std::memcpy(file.data() + 1, values, sizeof values);
  const TensorView odd{DType::f16, {2, 2}, file.data() + 1};
  CHECK(odd.bytes() == 8);
  std::vector<float> dst(2);
  to_f32(odd, 1, dst);
  CHECK(dst == std::vector<float>{2, 3});
  to_f32(odd, 2, dst);
  CHECK(dst == std::vector<float>{3, 4});
}

TEST_CASE("a type that cannot be computed with is refused by its name", "[tensor]") {
  for (const DType dtype : kAll) {
    if (dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16 || dtype == DType::f64)
      continue;
    const std::string name{nlp::tensor::name_of(dtype)};
    INFO(name);
    try {
      converted<std::uint64_t>(dtype, {1});
      FAIL("accepted");
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::model);
      CHECK(std::string(error.what()).find("type " + name) != std::string::npos);
    }
  }
}
