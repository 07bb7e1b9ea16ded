// What a config.json may say, and what is said of one that is wrong.
#include "model/config.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::model;
using nlp::Json;

namespace {
const Json kBert = {{"model_type", "bert"},         {"hidden_size", 32},
                    {"num_attention_heads", 4},     {"num_hidden_layers", 2},
                    {"intermediate_size", 64},      {"vocab_size", 100},
                    {"max_position_embeddings", 64}};

Json with(const std::string& key, const Json& value) {
  Json json = kBert;
  json[key] = value;
  return json;
}

Config read(const std::string& text) {
  const TemporaryDirectory directory;
  directory.write("config.json", text);
  return read_config(directory.path());
}
Config read(const Json& json) { return read(json.dump()); }

void check_refused(const std::string& text, const std::vector<std::string>& parts) {
  INFO(text);
  try {
    read(text);
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    for (const auto& part : parts) {
      INFO(error.what() << " / expected in it: " << part);
      CHECK(std::string(error.what()).find(part) != std::string::npos);
    }
    return;
  }
  FAIL_CHECK("was taken");
}
}  // namespace

TEST_CASE("a config gives sizes and the usual values of what it leaves out", "[model]") {
  const Config config = read(kBert);
  CHECK(config.hidden_size == 32);
  CHECK(config.heads == 4);
  CHECK(config.layers == 2);
  CHECK(config.max_tokens == 64);
  CHECK(config.type_vocab_size == 2);
  CHECK(config.layer_norm_epsilon == 1e-12f);
  CHECK(config.activation == Activation::gelu_erf);
  CHECK(config.tie_word_embeddings);
  CHECK(config.labels == std::vector<std::string>{"LABEL_0", "LABEL_1"});
  CHECK(config.problem == Problem::single_label);
  CHECK(read(with("hidden_act", nullptr)).activation == Activation::gelu_erf);
}

TEST_CASE("every spelling of an activation is known, others are refused by name", "[model]") {
  CHECK(read(with("hidden_act", "gelu_new")).activation == Activation::gelu_tanh);
  CHECK(read(with("hidden_act", "gelu_pytorch_tanh")).activation == Activation::gelu_tanh);
  CHECK(read(with("hidden_act", "relu")).activation == Activation::relu);
  CHECK(read(with("hidden_act", "swish")).activation == Activation::silu);
  check_refused(with("hidden_act", "gelu_11").dump(), {"hidden_act", "gelu_11", "gelu_new"});
}

TEST_CASE("labels stand by their ids, and the problem follows from them", "[model]") {
  const Json labels = {{"1", "one"}, {"0", "zero"}, {"2", "two"}};
  CHECK(read(with("id2label", labels)).labels == std::vector<std::string>{"zero", "one", "two"});
  CHECK(read(with("num_labels", 3)).labels.size() == 3);
  CHECK(read(with("num_labels", 1)).problem == Problem::multi_label);
  CHECK(read(with("problem_type", "regression")).problem == Problem::regression);
  check_refused(with("problem_type", "guess").dump(), {"problem_type", "guess"});
  CHECK(read(with("id2label", {{"0", 0}, {"1", true}})).labels ==
        std::vector<std::string>{"0", "true"});
  check_refused(with("id2label", {{"0", "a"}, {"1", {"b"}}}).dump(), {"id2label", "\"1\""});
  check_refused(with("id2label", {{"0", "a"}, {"2", "b"}}).dump(), {"id2label", "\"2\""});
  check_refused(with("id2label", {{"0", "a"}, {"00", "b"}}).dump(), {"id2label"});
  check_refused(with("id2label", {{"-1", "a"}}).dump(), {"id2label", "\"-1\""});
}

TEST_CASE("what changes the mathematics and is not computed is refused", "[model]") {
  CHECK_NOTHROW(read(with("position_embedding_type", "absolute")));
  check_refused(with("position_embedding_type", "relative_key").dump(),
                {"position_embedding_type", "relative_key"});
  check_refused(with("is_decoder", true).dump(), {"is_decoder"});
  check_refused(with("pruned_heads", {{"0", {1}}}).dump(), {"pruned_heads"});
  check_refused(with("model_type", "berta").dump(), {"berta", "known: bert"});
}

TEST_CASE("a model of rotated positions may call them as it likes", "[model]") {
  for (const char* kind : {"sans_pos", "rope", "absolute"}) {
    Json json = with("position_embedding_type", kind);
    json["model_type"] = "modernbert";
    CHECK_NOTHROW(read(json));
  }
}

TEST_CASE("a config without model_type is of the family that the model's name tells", "[model]") {
  Json json = kBert;
  json.erase("model_type");
  const TemporaryDirectory directory;
  const auto family_of = [&](const std::string& path) {
    const auto folder = directory.path() / path;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "config.json") << json.dump();
    return read_config(folder).model_type;
  };
  CHECK(family_of("bert-tiny") == "bert");
  CHECK(family_of("bert-tiny/") == "bert");
  CHECK(family_of("my-xlm-roberta-small") == "xlm-roberta");
  CHECK(family_of("models--prajjwal1--bert-tiny/snapshots/0123") == "bert");
  CHECK_THROWS_WITH(family_of("albert/tiny"), ContainsSubstring("model_type is missing"));
}

TEST_CASE("a config that is broken or out of range is refused by its key", "[model]") {
  check_refused("", {"config.json"});
  check_refused("[]", {"not a JSON object"});
  check_refused("{\"model_type\":", {"config.json"});
  check_refused("{}", {"model_type is missing"});
  for (const auto& [key, value] : kBert.items()) {
    Json json = kBert;
    json.erase(key);
    check_refused(json.dump(), {key, "missing"});
    if (key == "model_type") continue;
    for (const Json& wrong : {Json(-1), Json(1.5), Json("12"), Json(1LL << 40), Json::array()})
      check_refused(with(key, wrong).dump(), {key, "out of range"});
  }
  check_refused(with("num_attention_heads", 5).dump(), {"num_attention_heads", "5", "32"});
  check_refused(with("layer_norm_eps", -1).dump(), {"layer_norm_eps"});
  check_refused(with("tie_word_embeddings", 1).dump(), {"tie_word_embeddings"});
}
