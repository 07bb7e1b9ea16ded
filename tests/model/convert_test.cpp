// Checkpoints written anew in another type, of every family.
#include "model/convert.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

#include "base/error.hpp"
#include "base/json.hpp"
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

Stored convert_to(const fs::path& source, const fs::path& target, StoredType type) {
  ConvertOptions options;
  options.type = type;
  return convert(source, target, options);
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The rows [N,H] behind the last layer.
nlp::tensor::Tensor rows_of(const fs::path& directory, const Batch& batch) {
  const Model model = Model::open(directory);
  const auto workspace = model.workspace();
  Encoded encoded;
  model.encode(batch, {}, *workspace, encoded);
  return std::move(encoded.last);
}

bool same_bytes(const nlp::tensor::Tensor& left, const nlp::tensor::Tensor& right) {
  return left.shape() == right.shape() &&
         std::memcmp(left.data(), right.data(), left.values().size_bytes()) == 0;
}

// The mean of the cosines between rows and their counterparts.
double mean_cosine(const nlp::tensor::Tensor& left, const nlp::tensor::Tensor& right) {
  double sum = 0;
  for (std::int64_t n = 0; n < left.rows(); ++n) {
    double product = 0, one = 0, two = 0;
    for (std::size_t k = 0; k < left.row(n).size(); ++k) {
      const double a = left.row(n)[k], b = right.row(n)[k];
      product += a * b;
      one += a * a;
      two += b * b;
    }
    sum += product / std::sqrt(one * two);
  }
  return sum / static_cast<double>(left.rows());
}

std::string refusal_of(const fs::path& source, const fs::path& target, nlp::Kind kind) {
  try {
    convert_to(source, target, StoredType::int8);
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == kind);
    return error.what();
  }
  return "was taken";
}
}  // namespace

TEST_CASE("every family reads its checkpoint written as float32, bfloat16 and int8", "[model]") {
  int checked = 0;
  for (const auto& entry : fs::directory_iterator(paths::data("models"))) {
    const std::string name = entry.path().filename();
    INFO(name);
    const Batch batch = golden::Arrays(name).batch();
    const auto exact = rows_of(entry.path(), batch);
    const TemporaryDirectory folder;
    const auto f32 = folder.path() / "f32", bf16 = folder.path() / "bf16",
               int8 = folder.path() / "int8";
    const auto bytes = convert_to(entry.path(), f32, StoredType::f32).bytes;
    CHECK(same_bytes(rows_of(f32, batch), exact));
    const auto halves = convert_to(entry.path(), bf16, StoredType::bf16);
    CHECK(halves.int8 == 0);
    CHECK(halves.bytes < bytes);
    // The random weights of small checkpoints magnify errors more than trained ones do.
    CHECK(mean_cosine(rows_of(bf16, batch), exact) > 0.999);
    const auto rows = convert_to(entry.path(), int8, StoredType::int8);
    CHECK(rows.int8 >= 9);
    CHECK(rows.bytes < bytes);
    const auto coarse = rows_of(int8, batch);
    CHECK(mean_cosine(coarse, exact) > 0.99);
    CHECK_FALSE(same_bytes(coarse, exact));

    // From int8 the values are what int8 says, whatever type holds them.
    const auto back = folder.path() / "back", again = folder.path() / "again";
    convert_to(int8, back, StoredType::f32);
    CHECK(same_bytes(rows_of(back, batch), coarse));
    convert_to(int8, again, StoredType::int8);
    CHECK(read(again / "model.safetensors") == read(int8 / "model.safetensors"));
    ++checked;
  }
  CHECK(checked > 20);
}

TEST_CASE("config.json says the type of the weights, and all else is kept", "[model]") {
  const TemporaryDirectory folder;
  const auto source = golden::model("bert-mlm"), target = folder.path() / "out";
  convert_to(source, target, StoredType::int8);
  auto before = nlp::read_json(source / "config.json");
  const auto after = nlp::read_json(target / "config.json");
  CHECK(after["quantization_config"] == nlp::Json::parse(R"({"format":"nlp-int8","version":1})"));
  CHECK(after["dtype"] == "float32");
  before["quantization_config"] = after["quantization_config"];
  CHECK(after == before);
  for (const char* name : {"tokenizer.json", "tokenizer_config.json"})
    CHECK(read(target / name) == read(source / name));

  convert_to(target, folder.path() / "bf16", StoredType::bf16);
  const auto half = nlp::read_json(folder.path() / "bf16" / "config.json");
  CHECK(half["dtype"] == "bfloat16");
  CHECK_FALSE(half.contains("quantization_config"));
}

TEST_CASE("another quantization than ours is refused by name", "[model]") {
  const TemporaryDirectory folder;
  const auto target = folder.path() / "out";
  convert_to(golden::model("bert-mlm"), target, StoredType::int8);
  auto config = nlp::read_json(target / "config.json");
  for (const char* other : {R"({"quant_method":"gptq"})", R"({"format":"nlp-int8","version":2})"}) {
    config["quantization_config"] = nlp::Json::parse(other);
    std::ofstream(target / "config.json") << config;
    CHECK_THROWS_AS(Model::open(target), nlp::Error);
  }
}

TEST_CASE("modules are kept, foreign weights and hidden files are not", "[model]") {
  const TemporaryDirectory folder;
  const auto source = folder.path() / "source", target = folder.path() / "target";
  // Old directories have the Transformer in a folder, too.
  fs::create_directories(source / "0_Transformer");
  for (const char* name : {"config.json", "model.safetensors", "tokenizer.json"})
    fs::copy_file(golden::model("bert-mlm") / name, source / "0_Transformer" / name);
  for (const char* name : {"1_Pooling", "2_Dense", "onnx", ".git"})
    fs::create_directory(source / name);
  const auto put = [&](const std::string& name) { folder.write("source/" + name, name); };
  put("modules.json");
  put("1_Pooling/config.json.txt");
  put("2_Dense/model.safetensors");
  put("2_Dense/pytorch_model.bin");
  put("training_args.bin");
  for (const char* name :
       {"onnx/model.onnx", ".git/HEAD", ".gitattributes", "0_Transformer/tf_model.h5",
        "0_Transformer/pytorch_model.bin", "0_Transformer/model.safetensors.index.json",
        "0_Transformer/openvino_model.bin"})
    put(name);
  fs::create_symlink("modules.json", source / "link.json");

  convert_to(source, target, StoredType::bf16);
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(target))
    if (entry.is_regular_file() && !entry.is_symlink())
      found.push_back(fs::relative(entry.path(), target));
  std::sort(found.begin(), found.end());
  CHECK(found ==
        std::vector<std::string>{"0_Transformer/config.json", "0_Transformer/model.safetensors",
                                 "0_Transformer/tokenizer.json", "1_Pooling/config.json.txt",
                                 "2_Dense/model.safetensors", "2_Dense/pytorch_model.bin",
                                 "link.json", "modules.json", "training_args.bin"});
  CHECK(read(target / "2_Dense/model.safetensors") == "2_Dense/model.safetensors");
  CHECK(nlp::read_json(target / "0_Transformer/config.json")["dtype"] == "bfloat16");
  const auto again = folder.path() / "again";
  convert_to(source, again, StoredType::bf16);
  for (const auto& name : found) CHECK(read(again / name) == read(target / name));
}

TEST_CASE("a target that is there, and a source that is no model, are refused", "[model]") {
  const TemporaryDirectory folder;
  const auto source = folder.path() / "source";
  fs::copy(golden::model("bert-mlm"), source);
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  CHECK(has(refusal_of(source, source, nlp::Kind::usage), "the model itself"));
  CHECK(has(refusal_of(source, source / "." / "", nlp::Kind::usage), "the model itself"));
  CHECK(has(refusal_of(source, source / "in", nlp::Kind::usage), "inside of the model"));
  folder.write("file", "x");
  CHECK(has(refusal_of(source, folder.path() / "file", nlp::Kind::usage), "no directory"));
  fs::create_directory(folder.path() / "full");
  folder.write("full/file", "x");
  CHECK(has(refusal_of(source, folder.path() / "full", nlp::Kind::usage), "not empty"));
  fs::create_directory(folder.path() / "empty");
  CHECK(refusal_of(source, folder.path() / "empty" / "", nlp::Kind::usage) == "was taken");
  CHECK(fs::exists(folder.path() / "empty" / "model.safetensors"));
  CHECK(refusal_of(source, folder.path() / "source2", nlp::Kind::usage) == "was taken");

  const auto out = folder.path() / "out";
  CHECK(has(refusal_of(folder.path() / "full", out, nlp::Kind::model), "model_type"));
  folder.write("source/config.json", R"({"model_type": "gpt2"})");
  CHECK(has(refusal_of(source, out, nlp::Kind::model), "gpt2"));
  CHECK(refusal_of(source, folder.path() / "no" / "out", nlp::Kind::io) != "was taken");
  for (const auto& entry : fs::directory_iterator(folder.path()))  // nothing is left behind
    CHECK(entry.path().filename().string().front() != '.');
  CHECK_FALSE(fs::exists(out));
}

TEST_CASE("a conversion that is stopped leaves nothing", "[model]") {
  const TemporaryDirectory folder;
  ConvertOptions options;
  int tensors = 0;
  options.progress = [&] {
    if (++tensors == 5) throw nlp::Error(nlp::Kind::io, "stopped");
  };
  CHECK_THROWS_AS(convert(golden::model("bert-mlm"), folder.path() / "out", options), nlp::Error);
  CHECK(tensors == 5);
  CHECK(fs::is_empty(folder.path()));
}
