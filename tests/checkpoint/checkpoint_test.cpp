// Checkpoint directories: one file, shards, old names, and what is said when something is wrong.
#include "checkpoint/checkpoint.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "checkpoint/shard_index.hpp"
#include "support/catch.hpp"
#include "support/safetensors_file.hpp"
#include "support/temporary_directory.hpp"
#include "support/torch_bytes.hpp"

namespace {

using nlp::checkpoint::Checkpoint;
using nlp::tensor::Shape;
using safetensors::file;
using safetensors::floats;

// A file of one float32 tensor of one value for each name: 1, 2, …
std::string file_of(const std::vector<std::string>& names) {
  std::string header = "{", data;
  for (std::size_t k = 0; k < names.size(); ++k) {
    header += (k ? ",\"" : "\"") + names[k] + R"(":{"dtype":"F32","shape":[1],"data_offsets":[)" +
              std::to_string(4 * k) + "," + std::to_string(4 * k + 4) + "]}";
    data += floats({static_cast<float>(k + 1)});
  }
  return file(header + "}", data);
}

// The same as a file of torch.save.
std::string torch_file_of(const std::vector<std::string>& names) {
  std::vector<std::pair<std::string, std::string>> tensors;
  std::string data;
  for (const std::string& name : names) {
    const auto first = static_cast<std::int64_t>(tensors.size());
    tensors.emplace_back(
        name,
        torch_bytes::tensor(torch_bytes::storage("0", static_cast<std::int64_t>(names.size())),
                            first, {1}, {1}));
    data += floats({static_cast<float>(first + 1)});
  }
  return torch_bytes::file(torch_bytes::dict(tensors), {{"0", data}});
}

float value(const Checkpoint& checkpoint, std::string_view name) {
  float value = 0;
  nlp::tensor::to_f32(checkpoint.require(name, {1}), 0, std::span(&value, 1));
  return value;
}

// What open() says of the directory.
std::string refusal(const std::filesystem::path& directory) {
  try {
    Checkpoint::open(directory);
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    return error.what();
  }
  return "was taken";
}

void check_says(const std::string& message, const std::vector<std::string>& parts) {
  for (const auto& part : parts) {
    INFO("message: " << message << "\nexpected in it: " << part);
    CHECK(message.find(part) != std::string::npos);
  }
}

const char* const kIndex = "model.safetensors.index.json";

}  // namespace

TEST_CASE("a checkpoint of one file tells its tensors by name", "[checkpoint]") {
  TemporaryDirectory directory;
  directory.write("model.safetensors", file_of({"b.weight", "a.weight"}));
  Checkpoint opened = Checkpoint::open(directory.path());
  const Checkpoint checkpoint = std::move(opened);  // views outlive a move
  CHECK(checkpoint.names() == std::vector<std::string_view>{"a.weight", "b.weight"});
  CHECK(value(checkpoint, "b.weight") == 1);
  CHECK(value(checkpoint, "a.weight") == 2);
  CHECK(checkpoint.find("c.weight") == nullptr);
  CHECK(checkpoint.path() == directory.path());
}

TEST_CASE("old names and the wrapper's prefix are told as today", "[checkpoint]") {
  TemporaryDirectory directory;
  directory.write("model.safetensors",
                  file_of({"module.bert.LayerNorm.gamma", "module.bert.LayerNorm.beta", "gamma",
                           "bert.gamma_module.weight"}));
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  CHECK(value(checkpoint, "bert.LayerNorm.weight") == 1);
  CHECK(value(checkpoint, "bert.LayerNorm.bias") == 2);
  CHECK(value(checkpoint, "gamma") == 3);
  CHECK(value(checkpoint, "bert.gamma_module.weight") == 4);
  CHECK(checkpoint.names().size() == 4);
}

TEST_CASE("two tensors that have one name today are refused", "[checkpoint]") {
  TemporaryDirectory directory;
  directory.write("model.safetensors", file_of({"x.LayerNorm.gamma", "x.LayerNorm.weight"}));
  check_says(refusal(directory.path()), {"x.LayerNorm.weight", "twice"});
}

TEST_CASE("shards are read through their index", "[checkpoint]") {
  TemporaryDirectory directory;
  directory.write("one.safetensors", file_of({"a", "c"}));
  directory.write("two.safetensors", file_of({"b"}));
  directory.write(kIndex, R"({"metadata":{"total_size":12},"weight_map":{"a":"one.safetensors",)"
                          R"("b":"two.safetensors","c":"one.safetensors"}})");
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  CHECK(checkpoint.names() == std::vector<std::string_view>{"a", "b", "c"});
  CHECK(value(checkpoint, "c") == 2);
  CHECK(value(checkpoint, "b") == 1);
}

TEST_CASE("a shard may be a link to that of another directory", "[checkpoint]") {
  TemporaryDirectory directory;
  const auto& path = directory.path();
  for (const char* name : {"one", "two"}) std::filesystem::create_directory(path / name);
  directory.write("one/tables.safetensors", file_of({"a", "b"}));
  directory.write("two/rest.safetensors", file_of({"c"}));
  std::filesystem::create_symlink("../one/tables.safetensors", path / "two/tables.safetensors");
  directory.write("two/model.safetensors.index.json",
                  R"({"weight_map":{"a":"tables.safetensors","b":"tables.safetensors",)"
                  R"("c":"rest.safetensors"}})");
  const Checkpoint checkpoint = Checkpoint::open(path / "two");
  CHECK(value(checkpoint, "b") == 2);
  CHECK(value(checkpoint, "c") == 1);
  CHECK(checkpoint.bytes() == file_of({"a", "b"}).size() + file_of({"c"}).size());

  // What the link leads to is part of what the weights are known by.
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  const auto identity = Checkpoint::open(path / "two").identity();
  REQUIRE(identity);
  std::filesystem::copy_file(path / "one/tables.safetensors", path / "one/new");
  std::filesystem::rename(path / "one/new", path / "one/tables.safetensors");
  CHECK(Checkpoint::open(path / "two").identity() != identity);

  std::filesystem::remove(path / "one/tables.safetensors");
  check_says(refusal(path / "two"), {"two/tables.safetensors: a link to ../one/tables.safetensors",
                                     "not there", "another model"});
}

TEST_CASE("weights that are a link to nothing are named", "[checkpoint]") {
  TemporaryDirectory directory;
  std::filesystem::create_symlink("gone", directory.path() / "model.safetensors");
  check_says(refusal(directory.path()), {"model.safetensors: a link to gone", "not there"});
  directory.write("pytorch_model.bin", torch_file_of({"x"}));
  CHECK(value(Checkpoint::open(directory.path()), "x") == 1);
}

TEST_CASE("an index is read as it was written", "[checkpoint]") {
  TemporaryDirectory directory;
  const nlp::checkpoint::Shards shards = {{"1.safetensors", {"a", "c"}}, {"2.safetensors", {"b"}}};
  const nlp::Json index = nlp::checkpoint::shard_index(shards, 12);
  CHECK(index["metadata"]["total_size"] == 12);
  CHECK(index["weight_map"]["b"] == "2.safetensors");
  CHECK(nlp::checkpoint::read_shard_index(directory.write(kIndex, index.dump())) == shards);
}

TEST_CASE("files of torch are read where there are none of safetensors", "[checkpoint]") {
  TemporaryDirectory directory;
  directory.write("one.bin", torch_file_of({"x", "only in shards"}));
  directory.write("pytorch_model.bin.index.json",
                  R"({"weight_map":{"only in shards":"one.bin","x":"one.bin"}})");
  CHECK(value(Checkpoint::open(directory.path()), "only in shards") == 2);
  directory.write("pytorch_model.bin", torch_file_of({"x", "y", "module.bert.LayerNorm.gamma"}));
  Checkpoint opened = Checkpoint::open(directory.path());
  const Checkpoint torch = std::move(opened);
  CHECK(torch.find("only in shards") == nullptr);
  CHECK(value(torch, "y") == 2);
  CHECK(value(torch, "bert.LayerNorm.weight") == 3);
  directory.write("model.safetensors", file_of({"z", "x"}));
  const Checkpoint both = Checkpoint::open(directory.path());
  CHECK(both.find("y") == nullptr);
  CHECK(value(both, "x") == 2);
}

TEST_CASE("copies of transposed tensors live as long as the checkpoint", "[checkpoint]") {
  TemporaryDirectory directory;
  const std::string described =
      torch_bytes::tensor(torch_bytes::storage("0", 6), 0, {3, 2}, {1, 3});
  directory.write("pytorch_model.bin", torch_bytes::file(torch_bytes::dict({{"a", described}}),
                                                         {{"0", floats({0, 1, 2, 3, 4, 5})}}));
  Checkpoint opened = Checkpoint::open(directory.path());
  const Checkpoint checkpoint = std::move(opened);
  std::vector<float> values(6);
  nlp::tensor::to_f32(checkpoint.require("a", {3, 2}), 0, values);
  CHECK(values == std::vector<float>{0, 3, 1, 4, 2, 5});
}

TEST_CASE("a damaged index is refused with its reason", "[checkpoint]") {
  TemporaryDirectory directory;
  directory.write("one.safetensors", file_of({"a"}));
  directory.write("two.safetensors", file_of({"a"}));
  struct Case {
    const char* index;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {"", {kIndex, "not JSON"}},
      {"[]", {kIndex, "weight_map"}},
      {"{}", {kIndex, "weight_map"}},
      {R"({"weight_map":[]})", {kIndex, "weight_map"}},
      {R"({"weight_map":{"a":1}})", {kIndex, "plain file name"}},
      {R"({"weight_map":{"a":""}})", {kIndex, "plain file name"}},
      {R"({"weight_map":{"a":".."}})", {kIndex, "plain file name"}},
      {R"({"weight_map":{"a":"."}})", {kIndex, "plain file name"}},
      {R"({"weight_map":{"a":"../one.safetensors"}})", {kIndex, "plain file name"}},
      {R"({"weight_map":{"a":"./one.safetensors"}})", {kIndex, "plain file name"}},
      {R"({"weight_map":{"a":"/one.safetensors"}})", {kIndex, "plain file name"}},
      {R"({"weight_map":{"a":"one.safetensors/"}})", {kIndex, "plain file name"}},
      {R"({"weight_map":{"a":"three.safetensors"}})", {"three.safetensors"}},
      {R"({"weight_map":{"b":"one.safetensors"}})", {"one.safetensors", "no tensor b", "index"}},
      {R"({"weight_map":{"a":"one.safetensors","a ":"two.safetensors"}})", {"no tensor a "}},
  };
  for (const Case& each : cases) {
    INFO(each.index);
    directory.write(kIndex, each.index);
    check_says(refusal(directory.path()), each.parts);
  }
}

TEST_CASE("a directory without weights that can be read says why", "[checkpoint]") {
  TemporaryDirectory directory;
  const auto absent = directory.path() / "absent";
  check_says(refusal(absent), {absent.string(), "no such directory"});
  check_says(refusal(directory.path()),
             {directory.path().string(), "no weights", "model.safetensors", "pytorch_model.bin"});

  directory.write("pytorch_model.bin", "x");
  check_says(refusal(directory.path()), {"pytorch_model.bin", "no file of torch.save"});

  const auto plain = directory.write("plain", "x");
  check_says(refusal(plain), {plain.string(), "no such directory"});
  const std::filesystem::path long_name = directory.path() / std::string(5000, 'x');
  check_says(refusal(long_name), {"no such directory"});
}

TEST_CASE("a weights file that is a directory or empty is refused", "[checkpoint]") {
  TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "model.safetensors");
  check_says(refusal(directory.path()), {"model.safetensors", "not a regular file"});
  std::filesystem::remove(directory.path() / "model.safetensors");
  directory.write("model.safetensors", "");
  check_says(refusal(directory.path()), {"model.safetensors", "shorter than"});
}

TEST_CASE("a missing tensor is named with its nearest neighbours", "[checkpoint]") {
  TemporaryDirectory directory;
  directory.write("model.safetensors",
                  file_of({"bert.embeddings.word.weight", "bert.pooler.dense.bias",
                           "bert.pooler.dense.weight", "classifier.weight"}));
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  std::string message;
  try {
    checkpoint.require("bert.poler.dense.weight", {1});
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    message = error.what();
  }
  check_says(message, {directory.path().string(), "no tensor bert.poler.dense.weight",
                       "nearest: bert.pooler.dense.weight, bert.pooler.dense.bias"});
}

TEST_CASE("a tensor of another shape is refused with both shapes", "[checkpoint]") {
  TemporaryDirectory directory;
  directory.write("model.safetensors", file_of({"a"}));
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  std::string message;
  try {
    checkpoint.require("a", {2, 3});
  } catch (const nlp::Error& error) {
    message = error.what();
  }
  check_says(message, {": a: shape", "expected [2, 3]", "got [1]"});
}

TEST_CASE("weights that have just changed have no identity, and others one of their own",
          "[checkpoint]") {
  TemporaryDirectory directory;
  directory.write("model.safetensors", file_of({"a"}));
  CHECK_FALSE(Checkpoint::open(directory.path()).identity());
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  const auto first = Checkpoint::open(directory.path());
  const auto identity = first.identity();
  REQUIRE(identity);
  CHECK(first.bytes() == file_of({"a"}).size());
  CHECK(Checkpoint::open(directory.path()).identity() == identity);
  // The same bytes in another file.
  directory.write("new", file_of({"a"}));
  std::filesystem::rename(directory.path() / "new", directory.path() / "model.safetensors");
  CHECK(Checkpoint::open(directory.path()).identity() != identity);
}

TEST_CASE("values of a checkpoint that were forgotten are there again", "[checkpoint]") {
  TemporaryDirectory directory;
  std::string data(40000, '\0');
  for (std::size_t k = 0; k < data.size(); ++k) data[k] = static_cast<char>(k % 100);
  directory.write("model.safetensors",
                  file(R"({"a":{"dtype":"U8","shape":[40000],"data_offsets":[0,40000]}})", data));
  const auto checkpoint = Checkpoint::open(directory.path());
  const auto& view = checkpoint.require("a", {40000});
  const auto values = [&] { return std::string(reinterpret_cast<const char*>(view.data), 40000); };
  REQUIRE(values() == data);
  checkpoint.forget({view.data, view.bytes()});
  CHECK(values() == data);
  // A view of other memory is nobody's to forget.
  const nlp::tensor::TensorView other{
      nlp::tensor::DType::u8, {40000}, reinterpret_cast<const std::byte*>(data.data())};
  const std::string before = data;
  checkpoint.forget({other.data, other.bytes()});
  CHECK_FALSE(checkpoint.place(other));
  CHECK(checkpoint.place(view));
  CHECK(data == before);
}
