// Files of tensors that are written: read back, in a fixed order, whole or not at all.
#include "checkpoint/safetensors_writer.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "checkpoint/safetensors.hpp"
#include "support/catch.hpp"
#include "support/safetensors_file.hpp"
#include "support/temporary_directory.hpp"

namespace {
namespace fs = std::filesystem;
using nlp::checkpoint::SafetensorsWriter;
using nlp::checkpoint::TensorPlan;
using nlp::tensor::DType;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The name's first letter over and over, as many bytes as the plan says.
std::string data_of(const TensorPlan& plan) {
  const auto count = static_cast<std::size_t>(nlp::tensor::count(plan.shape));
  return std::string(count * nlp::tensor::size_of(plan.dtype), plan.name.front());
}

std::string write(const fs::path& file, const std::vector<TensorPlan>& plans) {
  SafetensorsWriter writer(file, plans, {{"format", "pt"}, {"about", "a \"test\""}});
  for (const TensorPlan& plan : plans) {
    const std::string data = data_of(plan);  // in two pieces, the second first
    const auto bytes = safetensors::bytes_of(data);
    const auto half = bytes.size() / 2;
    writer.write(plan.name, half, bytes.subspan(half));
    writer.write(plan.name, 0, bytes.first(half));
  }
  writer.commit();
  const std::string bytes = read(file);
  CHECK(bytes.size() == writer.bytes());
  return bytes;
}

const std::vector<TensorPlan> kPlans = {
    {"small", DType::i8, {3}},      {"weight", DType::i8, {4, 16}}, {"bias", DType::f32, {5}},
    {"empty", DType::f32, {0, 7}},  {"half", DType::bf16, {32}},    {"scalar", DType::f32, {}},
    {"counts", DType::i64, {2, 1}}, {"mask", DType::boolean, {2}},
};

template <class Call>
nlp::Kind kind_of(Call call) {
  try {
    call();
  } catch (const nlp::Error& error) {
    return error.kind();
  }
  FAIL("accepted");
  return nlp::Kind::internal;
}
}  // namespace

TEST_CASE("a written safetensors file reads back, every tensor aligned", "[checkpoint]") {
  const TemporaryDirectory folder;
  const std::string bytes = write(folder.path() / "f", kPlans);
  const auto tensors = nlp::checkpoint::parse_safetensors(safetensors::bytes_of(bytes), "f");
  REQUIRE(tensors.size() == kPlans.size());
  for (const TensorPlan& plan : kPlans) {
    INFO(plan.name);
    const auto& view = tensors.at(plan.name);
    CHECK(view.dtype == plan.dtype);
    CHECK(view.shape == plan.shape);
    CHECK(std::string(reinterpret_cast<const char*>(view.data), view.bytes()) == data_of(plan));
    const auto offset = reinterpret_cast<const char*>(view.data) - bytes.data();
    CHECK(offset % (view.bytes() % 64 == 0 ? 64 : nlp::tensor::size_of(plan.dtype)) == 0);
  }
  CHECK(fs::exists(folder.path() / "f.tmp") == false);
}

TEST_CASE("the bytes of a safetensors file do not depend on the order of its plan",
          "[checkpoint]") {
  const TemporaryDirectory folder;
  const std::string bytes = write(folder.path() / "f", kPlans);
  auto turned = kPlans;
  std::reverse(turned.begin(), turned.end());
  CHECK(write(folder.path() / "g", turned) == bytes);
}

TEST_CASE("a safetensors file that is not committed leaves what was there", "[checkpoint]") {
  const TemporaryDirectory folder;
  const auto file = folder.write("f", "before");
  {
    SafetensorsWriter writer(file, {{"a", DType::f32, {2}}}, {});
    writer.write("a", 0, safetensors::bytes_of("1234"));
    CHECK(kind_of([&] { writer.commit(); }) == nlp::Kind::internal);  // 4 bytes are missing
    CHECK(kind_of([&] { writer.write("a", 4, safetensors::bytes_of("12345")); }) ==
          nlp::Kind::internal);
    CHECK(kind_of([&] { writer.write("b", 0, {}); }) == nlp::Kind::internal);
    CHECK(read(file) == "before");
  }
  CHECK(read(file) == "before");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("what safetensors has no name for is refused before anything is written",
          "[checkpoint]") {
  const TemporaryDirectory folder;
  const auto start = [&](const TensorPlan& plan) {
    return kind_of([&] { SafetensorsWriter(folder.path() / "f", {plan}, {}); });
  };
  CHECK(start({"other", DType::other, {1}}) == nlp::Kind::model);
  CHECK(start({"\xff", DType::f32, {1}}) == nlp::Kind::model);
  CHECK(kind_of([&] { SafetensorsWriter(folder.path() / "no" / "f", {}, {}); }) == nlp::Kind::io);
  CHECK(fs::is_empty(folder.path()));
}
