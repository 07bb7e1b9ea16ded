// Checkpoints whose tables have a shard of their own, and those that share it.
#include "model/table_shard.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "checkpoint/safetensors_writer.hpp"
#include "checkpoint/shard_index.hpp"
#include "model/convert.hpp"
#include "model/model.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/temporary_directory.hpp"

namespace {
namespace fs = std::filesystem;
using namespace nlp::model;
using nlp::checkpoint::Checkpoint;
using nlp::checkpoint::Stored;
using nlp::checkpoint::StoredType;

constexpr StoredType kTypes[] = {StoredType::f32, StoredType::bf16, StoredType::int8};

Stored in_shards(const fs::path& source, const fs::path& target, StoredType type,
                 const fs::path& share = {}) {
  ConvertOptions options;
  options.type = type;
  options.table_shard = true;
  options.share = share;
  return convert(source, target, options);
}

Stored in_one(const fs::path& source, const fs::path& target, StoredType type) {
  ConvertOptions options;
  options.type = type;
  return convert(source, target, options);
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::byte> rows_of(const fs::path& directory, const Batch& batch) {
  const Model model = Model::open(directory);
  const auto workspace = model.workspace();
  Encoded encoded;
  model.encode(batch, {}, *workspace, encoded);
  const auto bytes = std::as_bytes(encoded.last.values());
  return {bytes.begin(), bytes.end()};
}

// bert-mlm again in float32, each tensor through `change`, which may give it another name.
template <class Change>
void change_model(const fs::path& target, Change change) {
  fs::create_directories(target);
  fs::copy_file(golden::model("bert-mlm") / "config.json", target / "config.json");
  const auto source = Checkpoint::open(golden::model("bert-mlm"));
  std::vector<nlp::checkpoint::TensorPlan> plans;
  std::vector<std::vector<float>> all;
  for (const auto name : source.names()) {
    const auto& view = *source.find(name);
    std::vector<float> values(static_cast<std::size_t>(nlp::tensor::count(view.shape)));
    nlp::tensor::to_f32(view, 0, values);
    std::string called(name);
    auto shape = view.shape;
    change(called, shape, values);
    if (called.empty()) continue;
    plans.push_back({called, nlp::tensor::DType::f32, shape});
    all.push_back(std::move(values));
  }
  nlp::checkpoint::SafetensorsWriter writer(target / "model.safetensors", plans, {});
  for (std::size_t k = 0; k < all.size(); ++k)
    writer.write(plans[k].name, 0, std::as_bytes(std::span(all[k])));
  writer.commit();
}

using Values = std::vector<float>;
using nlp::tensor::Shape;

// As a model that learnt with frozen tables.
void learn(std::string& name, Shape&, Values& values) {
  if (name.find("encoder") != std::string::npos)
    for (float& value : values) value += 0.01f;
}

void without_head(std::string& name, Shape&, Values&) {
  if (name.find("cls.") == 0) name.clear();
  if (name.find("bert.") == 0) name.erase(0, 5);
}

std::string refusal_of(const fs::path& source, const fs::path& other) {
  const TemporaryDirectory folder;
  try {
    in_shards(source, folder.path() / "out", StoredType::f32, other);
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    CHECK(fs::is_empty(folder.path()));
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
}  // namespace

TEST_CASE("every family computes the same with its tables in a shard of their own", "[model]") {
  int checked = 0;
  for (const auto& entry : fs::directory_iterator(paths::data("models"))) {
    const std::string name = entry.path().filename();
    const Batch batch = golden::Arrays(name).batch();
    for (const StoredType type : kTypes) {
      INFO(name << " " << static_cast<int>(type));
      const TemporaryDirectory folder;
      const auto one = folder.path() / "one", two = folder.path() / "two";
      const auto whole = in_one(entry.path(), one, type),
                 parts = in_shards(entry.path(), two, type);
      CHECK(parts.tensors == whole.tensors);
      CHECK(parts.int8 == whole.int8);
      CHECK_FALSE(fs::exists(two / "model.safetensors"));
      CHECK(rows_of(two, batch) == rows_of(one, batch));
      // The word table, at least, is in the first shard; norms and layers are not.
      const auto shards = nlp::checkpoint::read_shard_index(two / "model.safetensors.index.json");
      REQUIRE(shards.size() == 2);
      const auto& tables = shards.at(kTableShard);
      CHECK(tables.size() >= 1);
      CHECK(std::none_of(tables.begin(), tables.end(), [](const std::string& tensor) {
        return tensor.find("layer") != std::string::npos ||
               tensor.find("Norm") != std::string::npos;
      }));
      // And back to one file.
      const auto back = folder.path() / "back";
      in_one(two, back, type);
      CHECK(read(back / "model.safetensors") == read(one / "model.safetensors"));
    }
    ++checked;
  }
  CHECK(checked > 20);
}

TEST_CASE("an index tells every tensor's shard and the bytes of all", "[model]") {
  const TemporaryDirectory folder;
  const auto target = folder.path() / "out";
  in_shards(golden::model("bert-mlm"), target, StoredType::int8);
  const auto index = nlp::read_json(target / "model.safetensors.index.json");
  std::uint64_t bytes = 0, tensors = 0;
  for (const char* shard : {kTableShard, kOtherShard}) {
    const nlp::MappedFile file(target / shard);
    for (const auto& [name, view] : nlp::checkpoint::parse_safetensors(file.bytes(), shard)) {
      CHECK(index["weight_map"][name] == shard);
      bytes += view.bytes();
      ++tensors;
    }
  }
  CHECK(index["weight_map"].size() == tensors);
  CHECK(index["metadata"]["total_size"] == bytes);
  const std::string table = "bert.embeddings.word_embeddings.weight";
  for (const std::string& name :
       {table, table + "_scale", std::string("bert.embeddings.position_embeddings.weight"),
        std::string("bert.embeddings.token_type_embeddings.weight")})
    CHECK(index["weight_map"][name] == kTableShard);
}

TEST_CASE("a model that was made of another shares its tables by a relative link", "[model]") {
  const TemporaryDirectory folder;
  const auto& path = folder.path();
  change_model(path / "learnt", learn);
  const Batch batch = golden::Arrays("bert-mlm").batch();
  for (const StoredType type : kTypes) {
    const std::string end = std::to_string(static_cast<int>(type));
    const auto first = path / ("first" + end), second = path / ("second" + end),
               third = path / ("third" + end), one = path / ("one" + end);
    in_shards(golden::model("bert-mlm"), first, type);
    const auto whole = in_shards(path / "learnt", path / ("whole" + end), type);
    const auto shared = in_shards(path / "learnt", second, type, first);
    CHECK(whole.bytes - shared.bytes == fs::file_size(first / kTableShard));
    CHECK(fs::read_symlink(second / kTableShard) == ".." / first.filename() / kTableShard);
    CHECK_FALSE(fs::is_symlink(second / kOtherShard));
    in_one(path / "learnt", one, type);
    CHECK(rows_of(second, batch) == rows_of(one, batch));
    CHECK(rows_of(second, batch) != rows_of(first, batch));
    // No link to a link.
    in_shards(path / "learnt", third, type, second);
    CHECK(fs::read_symlink(third / kTableShard) == ".." / first.filename() / kTableShard);
    // Links lead on where all are moved together.
    fs::create_directory(path / ("moved" + end));
    for (const auto& each : {first, second})
      fs::rename(each, path / ("moved" + end) / each.filename());
    CHECK(rows_of(path / ("moved" + end) / second.filename(), batch) == rows_of(one, batch));
    // One file of a model with a link has the weights themselves.
    in_one(path / ("moved" + end) / second.filename(), path / ("back" + end), type);
    CHECK(read(path / ("back" + end) / "model.safetensors") == read(one / "model.safetensors"));
  }
}

TEST_CASE("layers that stayed the same are shared with the tables", "[model]") {
  const TemporaryDirectory folder;
  const auto& path = folder.path();
  change_model(path / "learnt", [](const std::string& name, Shape&, Values& values) {
    if (name.find("layer.0.") == std::string::npos && name.find("embeddings") == std::string::npos)
      for (float& value : values) value += 0.01f;
  });
  change_model(path / "other", learn);
  ConvertOptions options;
  options.type = StoredType::int8;
  options.table_shard = true;
  options.shard_layers = 1;
  const auto first = path / "first";
  convert(golden::model("bert-mlm"), first, options);
  const auto shared = nlp::checkpoint::read_shard_index(first / "model.safetensors.index.json");
  const auto has_layer = [&](const char* shard, const std::string& layer) {
    return std::ranges::any_of(shared.at(shard), [&](const std::string& name) {
      return name.find(layer) != std::string::npos;
    });
  };
  CHECK(has_layer(kTableShard, "encoder.layer.0."));
  CHECK_FALSE(has_layer(kTableShard, "encoder.layer.1."));
  CHECK_FALSE(has_layer(kOtherShard, "encoder.layer.0."));
  CHECK(has_layer(kOtherShard, "encoder.layer.1."));

  const Batch batch = golden::Arrays("bert-mlm").batch();
  in_shards(path / "learnt", path / "second", StoredType::int8, first);
  in_one(path / "learnt", path / "one", StoredType::int8);
  CHECK(fs::is_symlink(path / "second" / kTableShard));
  CHECK(rows_of(path / "second", batch) == rows_of(path / "one", batch));
  in_one(golden::model("bert-mlm"), path / "whole", StoredType::int8);
  CHECK(rows_of(first, batch) == rows_of(path / "whole", batch));
  // A layer that learnt is another one.
  check_says(refusal_of(path / "other", first), {"--dtype"});
  convert(golden::model("bert-mlm"), path / "float", {StoredType::f32, true, 1, {}, [] {}});
  check_says(refusal_of(path / "other", path / "float"), {"layer.0", "other numbers", "--freeze"});
}

TEST_CASE("an encoder without a head shares with a model that has one", "[model]") {
  const TemporaryDirectory folder;
  const auto& path = folder.path();
  change_model(path / "bare", without_head);
  in_shards(golden::model("bert-mlm"), path / "first", StoredType::f32);
  in_shards(path / "bare", path / "second", StoredType::f32, path / "first");
  CHECK(fs::is_symlink(path / "second" / kTableShard));
  const Batch batch = golden::Arrays("bert-mlm").batch();
  CHECK(rows_of(path / "second", batch) == rows_of(path / "bare", batch));
}

TEST_CASE("tables that are not the same are not shared, and the first difference is told",
          "[model]") {
  const TemporaryDirectory folder;
  const auto& path = folder.path();
  const auto first = path / "first";
  in_shards(golden::model("bert-mlm"), first, StoredType::f32);
  const std::string words = "bert.embeddings.word_embeddings.weight",
                    types = "bert.embeddings.token_type_embeddings.weight";

  change_model(path / "numbers", [&](const std::string& name, Shape&, Values& values) {
    if (name == words) values[32 * 3 + 5] += 1;
  });
  check_says(refusal_of(path / "numbers", first),
             {"model-00001", words, "other numbers", "row 3", "--freeze 1"});

  // An encoder's shard for a model with a head, whose names are others.
  change_model(path / "bare", without_head);
  in_shards(path / "bare", path / "encoder", StoredType::f32);
  check_says(refusal_of(golden::model("bert-mlm"), path / "encoder"),
             {"prefix", "expected bert.", "got embeddings.", "other way round"});

  in_shards(golden::model("bert-mlm"), path / "half", StoredType::bf16);
  check_says(refusal_of(golden::model("bert-mlm"), path / "half"),
             {"expected float32", "got bfloat16", "--dtype"});

  check_says(refusal_of(golden::model("bert-mlm"), golden::model("bert-mlm")),
             {"index.json", "--shards tables"});
  check_says(refusal_of(golden::model("distilbert-mlm"), first), {"no tensor distilbert."});

  // A shard with more than tables, as other programs write.
  const std::string index = "model.safetensors.index.json";
  fs::create_directory(path / "other");
  fs::copy_file(golden::model("bert-mlm") / "model.safetensors", path / "other/all.safetensors");
  nlp::checkpoint::Shards shards;
  const auto source = Checkpoint::open(golden::model("bert-mlm"));
  for (const auto name : source.names()) shards["all.safetensors"].emplace_back(name);
  folder.write("other/" + index, nlp::checkpoint::shard_index(shards, 1).dump());
  check_says(refusal_of(golden::model("bert-mlm"), path / "other"),
             {"all.safetensors", "not shared"});

  // One that lacks a table.
  auto json = nlp::read_json(first / index);
  json["weight_map"].erase(types);
  CHECK(refusal_of(golden::model("bert-mlm"), first) == "was taken");
  std::vector<nlp::checkpoint::TensorPlan> plans;
  for (const std::string& name : {words, std::string("bert.embeddings.position_embeddings.weight")})
    plans.push_back({name, nlp::tensor::DType::f32, source.find(name)->shape});
  nlp::checkpoint::SafetensorsWriter writer(path / "less", plans, {});
  for (const auto& plan : plans) {
    const auto& view = *source.find(plan.name);
    writer.write(plan.name, 0, {view.data, view.bytes()});
  }
  writer.commit();
  fs::rename(path / "less", first / kTableShard);
  check_says(refusal_of(golden::model("bert-mlm"), first), {"no tensor " + types});

  folder.write("first/" + index, R"({"weight_map":{")" + words + R"(":"../one"}})");
  check_says(refusal_of(golden::model("bert-mlm"), first), {"plain file name"});
}
