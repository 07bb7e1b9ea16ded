#include "store/selection.hpp"

#include <map>

#include "base/error.hpp"
#include "support/catch.hpp"

using namespace nlp::store;

namespace {
using Paths = std::vector<std::string>;

Paths select(const Paths& paths, const Patterns& patterns = {},
             const std::map<std::string, std::string>& texts = {}) {
  return select_files(paths, patterns, [&](const std::string& path) { return texts.at(path); });
}
}  // namespace

TEST_CASE("weights are taken in one form, the best that is there", "[store]") {
  CHECK(
      select({"config.json", "model.safetensors", "pytorch_model.bin", "tf_model.h5",
              "onnx/model.onnx", ".gitattributes", "tokenizer.json", "README.md", "LICENSE.txt"}) ==
      Paths{"config.json", "model.safetensors", "tokenizer.json", "README.md", "LICENSE.txt"});
  CHECK(select({"config.json", "pytorch_model.bin", "vocab.txt"}) ==
        Paths{"config.json", "pytorch_model.bin", "vocab.txt"});
  CHECK_THROWS_AS(select({"config.json", "tf_model.h5"}), nlp::Error);
}

TEST_CASE("an index brings the shards that it names", "[store]") {
  const std::string index = "model.safetensors.index.json";
  const Paths paths = {index, "model-00001-of-00002.safetensors",
                       "model-00002-of-00002.safetensors", "other.safetensors",
                       "pytorch_model.bin"};
  const std::string both =
      R"({"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}})";
  CHECK(select(paths, {}, {{index, both}}) == Paths(paths.begin(), paths.begin() + 3));
  for (const char* broken : {R"({"weight_map":{"a":"absent.safetensors"}})", "{}", "[]",
                             R"({"weight_map":{"a":1}})", "not JSON"})
    CHECK_THROWS_AS(select(paths, {}, {{index, broken}}), nlp::Error);
}

TEST_CASE("modules.json brings the folders of its modules", "[store]") {
  const Paths paths = {"1_Pooling/config.json",
                       "2_Dense/config.json",
                       "2_Dense/model.safetensors",
                       "2_Dense/pytorch_model.bin",
                       "3_Other/config.json",
                       "config.json",
                       "config_sentence_transformers.json",
                       "model.safetensors",
                       "modules.json",
                       "sentence_bert_config.json",
                       "train_script.py"};
  const std::string modules =
      R"([{"path":""},{"path":"1_Pooling"},{"path":"2_Dense"},{"path":"../evil"},{"path":7}])";
  CHECK(select(paths, {}, {{"modules.json", modules}}) ==
        Paths{"1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors",
              "config.json", "config_sentence_transformers.json", "model.safetensors",
              "modules.json", "sentence_bert_config.json"});
}

TEST_CASE("patterns take the place of what is usual, and take away", "[store]") {
  const Paths paths = {"a.txt", "config.json", "model.safetensors", "onnx/model.onnx", "onnx/x/y"};
  CHECK(select(paths, {.include = {"onnx/"}, .exclude = {}}) ==
        Paths{"onnx/model.onnx", "onnx/x/y"});
  CHECK(select(paths, {.include = {"*"}, .exclude = {"*.onnx", "a.*"}}) ==
        Paths{"config.json", "model.safetensors", "onnx/x/y"});
  CHECK(select(paths, {.include = {"[ab].txt", "config.???n"}, .exclude = {}}) ==
        Paths{"a.txt", "config.json"});
  CHECK(select(paths, {.include = {}, .exclude = {"*.safetensors"}}) == Paths{"config.json"});
  CHECK_THROWS_AS(select(paths, {.include = {"none"}, .exclude = {}}), nlp::Error);
}
