// Tensors of int8 and the scales beside them.
#include <string>
#include <vector>

#include "base/error.hpp"
#include "checkpoint/checkpoint.hpp"
#include "checkpoint/store.hpp"
#include "support/catch.hpp"
#include "support/safetensors_file.hpp"
#include "support/temporary_directory.hpp"

namespace {
using nlp::checkpoint::Checkpoint;

// "w" [2,3] of int8, and "w_scale" as it is said.
std::string file_with(const std::string& type, const std::string& shape, const std::string& data) {
  const std::string values = {1, -2, 3, 4, -5, -128};
  const std::string header = R"({"w":{"dtype":"I8","shape":[2,3],"data_offsets":[0,6]},)"
                             R"("w_scale":{"dtype":")" +
                             type + R"(","shape":)" + shape + R"(,"data_offsets":[6,)" +
                             std::to_string(6 + data.size()) + "]}}";
  return safetensors::file(header, values + data);
}

std::string refusal_of(const std::string& file) {
  const TemporaryDirectory folder;
  folder.write("model.safetensors", file);
  try {
    Checkpoint::open(folder.path()).require("w", {2, 3});
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    return error.what();
  }
  return "was taken";
}
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
}  // namespace

TEST_CASE("an int8 tensor has its scales, which are no tensor of their own", "[checkpoint]") {
  const TemporaryDirectory folder;
  folder.write("model.safetensors", file_with("F32", "[2]", safetensors::floats({0.5f, 2})));
  const auto checkpoint = Checkpoint::open(folder.path());
  CHECK(checkpoint.names() == std::vector<std::string_view>{"w"});
  CHECK(checkpoint.find("w_scale") == nullptr);
  const auto& view = checkpoint.require("w", {2, 3});
  std::vector<float> values(6), again(6);
  nlp::tensor::to_f32(view, 0, values);
  CHECK(values == std::vector<float>{0.5f, -1, 1.5f, 8, -10, -256});
  checkpoint.forget({view.data, view.bytes()});
  nlp::tensor::to_f32(view, 0, again);
  CHECK(again == values);
}

TEST_CASE("scales that are missing or damaged are refused by their name", "[checkpoint]") {
  const std::string missing = refusal_of(safetensors::file(
      R"({"w":{"dtype":"I8","shape":[2,3],"data_offsets":[0,6]}})", std::string(6, 'x')));
  CHECK(has(missing, "w: int8, but there is no w_scale"));
  for (const auto& [shape, count] :
       {std::pair("[3]", 3), std::pair("[2,1]", 2), std::pair("[1]", 1), std::pair("[]", 1)}) {
    INFO(shape);
    const std::string said =
        refusal_of(file_with("F32", shape, std::string(static_cast<std::size_t>(4 * count), '\0')));
    CHECK(has(said, "w_scale: scales of rows (expected float32 [2], got float32 ["));
  }
  CHECK(has(refusal_of(file_with("F16", "[2]", "abcd")), "got float16 [2]"));
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float bad : {infinity, -infinity, -0.25f, std::numeric_limits<float>::quiet_NaN()}) {
    INFO(bad);
    CHECK(has(refusal_of(file_with("F32", "[2]", safetensors::floats({1, bad}))),
              "w_scale: the scale of row 1 (expected a finite number from 0 on, got "));
  }
  CHECK(refusal_of(file_with("F32", "[2]", safetensors::floats({0, 1}))) == "was taken");
}

TEST_CASE("int8 are the matrices that are multiplied and the tables of words", "[checkpoint]") {
  using nlp::checkpoint::is_int8;
  CHECK(is_int8("bert.encoder.layer.0.attention.self.query.weight", {384, 384}));
  CHECK(is_int8("bert.embeddings.word_embeddings.weight", {30522, 384}));
  CHECK(is_int8("encoder.layer.0.attention.in_proj.weight", {1152, 384}));
  CHECK(is_int8("shared.weight", {32128, 512}));
  CHECK_FALSE(is_int8("bert.embeddings.position_embeddings.weight", {512, 384}));
  CHECK_FALSE(is_int8("model.encoder.embed_positions.weight", {512, 384}));
  CHECK_FALSE(is_int8("bert.embeddings.token_type_embeddings.weight", {2, 384}));
  CHECK_FALSE(is_int8("deberta.encoder.rel_embeddings.weight", {512, 384}));
  CHECK_FALSE(is_int8("encoder.relative_attention_bias.weight", {32, 64}));
  CHECK_FALSE(is_int8("bert.embeddings.LayerNorm.weight", {384}));
  CHECK_FALSE(is_int8("classifier.weight", {2, 384}));
  CHECK_FALSE(is_int8("final_logits_bias", {64, 700}));
  CHECK_FALSE(is_int8("deberta.encoder.conv.conv.weight", {384, 384, 3}));
}
