// The files by which sentence-transformers says how a text becomes a vector.
#include "task/sentence_modules.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/safetensors_file.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::task;

namespace {
namespace fs = std::filesystem;

struct Directory : TemporaryDirectory {
  Directory& put(const std::string& name, std::string_view text) {
    fs::create_directories((path() / name).parent_path());
    write(name, text);
    return *this;
  }
  // A layer of 2 inputs and 3 outputs: weights 1 to 6, bias 10, 20, 30.
  Directory& put_dense(const std::string& name, const std::string& config, bool bias = true) {
    put(name + "/config.json", config);
    const std::string weight =
        R"("linear.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]})";
    return bias
               ? put(name + "/model.safetensors",
                     safetensors::file(
                         "{" + weight +
                             R"(,"linear.bias":{"dtype":"F32","shape":[3],"data_offsets":[24,36]}})",
                         safetensors::floats({1, 2, 3, 4, 5, 6, 10, 20, 30})))
               : put(name + "/model.safetensors",
                     safetensors::file("{" + weight + "}",
                                       safetensors::floats({1, 2, 3, 4, 5, 6})));
  }
  SentenceModules read() const { return read_sentence_modules(path()); }
};

const char* const kModules = R"([
  {"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
  {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
  {"idx":2,"name":"2","path":"2_Dense","type":"sentence_transformers.models.Dense"},
  {"idx":3,"name":"3","path":"3_Normalize","type":"sentence_transformers.models.Normalize"}])";
const char* const kDense =
    R"({"in_features":2,"out_features":3,"bias":true,"activation_function":"torch.nn.modules.linear.Identity"})";

Directory& fill(Directory& directory, std::string_view pooling) {
  return directory.put("modules.json", kModules)
      .put("1_Pooling/config.json", pooling)
      .put_dense("2_Dense", kDense);
}

void check_refused(const Directory& directory, const std::vector<std::string>& parts) {
  try {
    directory.read();
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

TEST_CASE("a directory without modules.json means the mean, of the model as it is", "[task]") {
  const Directory directory;
  const SentenceModules modules = directory.read();
  CHECK_FALSE(modules.found);
  CHECK(modules.transformer == directory.path());
  CHECK(modules.pooling == std::vector{Pooling::mean});
  CHECK(modules.steps.empty());
}

TEST_CASE("modules are known by the last part of their type, of old files and new", "[task]") {
  Directory directory;
  fill(directory, R"({"word_embedding_dimension":2,"pooling_mode_mean_tokens":true,)"
                  R"("pooling_mode_cls_token":true,"include_prompt":false})");
  const SentenceModules old = directory.read();
  CHECK(old.found);
  CHECK(old.pooling == std::vector{Pooling::cls, Pooling::mean});
  CHECK_FALSE(old.include_prompt);
  REQUIRE(old.steps.size() == 2);
  CHECK(std::holds_alternative<nlp::model::Dense>(old.steps[0]));
  CHECK(std::holds_alternative<Normalize>(old.steps[1]));

  std::string modules = kModules;
  for (std::size_t at; (at = modules.find("sentence_transformers.models")) != std::string::npos;)
    modules.replace(at, 28, "sentence_transformers.base.modules.x");
  directory.put("modules.json", modules)
      .put("1_Pooling/config.json",
           R"({"embedding_dimension":2,"pooling_mode":["lasttoken","max"]})");
  const SentenceModules fresh = directory.read();
  CHECK(fresh.pooling == std::vector{Pooling::last, Pooling::max});  // a list keeps its order
  CHECK(fresh.include_prompt);
  directory.put("1_Pooling/config.json", R"({"embedding_dimension":2,"pooling_mode":"cls"})");
  CHECK(directory.read().pooling == std::vector{Pooling::cls});
  directory.put("1_Pooling/config.json", R"({"pooling_mode_cls_token":false})");
  CHECK(directory.read().pooling == std::vector{Pooling::mean});
}

TEST_CASE("modules for training alone do nothing, sparse ones make no vector", "[task]") {
  Directory directory;
  directory
      .put("modules.json", R"([{"path":"","type":"x.Transformer"},{"path":"1","type":"x.Pooling"},
                               {"path":"2","type":"x.Dropout"},{"path":"3","type":"x.Normalize"}])")
      .put("1/config.json", "{}");
  CHECK(directory.read().steps.size() == 1);
  CHECK_FALSE(directory.read().splade);
  directory
      .put("modules.json",
           R"([{"path":"","type":"x.Transformer"},{"path":"1","type":"x.SpladePooling"}])")
      .put("1/config.json", R"({"pooling_strategy":"sum"})")
      .put("sentence_bert_config.json", R"({"transformer_task":"fill-mask"})");
  REQUIRE(directory.read().splade);
  CHECK(directory.read().splade->pooling == SparsePooling::sum);
  CHECK_FALSE(directory.read().splade->twice);
  directory.put("sentence_bert_config.json", R"({"transformer_task":"text-generation"})");
  check_refused(directory, {"text-generation"});
}

TEST_CASE("length, lowercase and prompts come from their files", "[task]") {
  Directory directory;
  fill(directory, R"({"pooling_mode_mean_tokens":true})")
      .put("sentence_bert_config.json", R"({"max_seq_length":256,"do_lower_case":true})")
      .put(
          "config_sentence_transformers.json",
          R"({"prompts":{"query":"query: ","passage":"passage: "},"default_prompt_name":"query"})");
  const SentenceModules modules = directory.read();
  CHECK(modules.max_tokens == 256);
  CHECK(modules.lowercase);
  CHECK(modules.prompt == "query: ");
  CHECK(modules.prompts.at("passage") == "passage: ");
  fs::rename(directory.path() / "sentence_bert_config.json",
             directory.path() / "sentence_roberta_config.json");
  CHECK(directory.read().max_tokens == 256);
  directory.put("config_sentence_transformers.json", R"({"default_prompt_name":"none"})");
  check_refused(directory, {"default_prompt_name none"});
}

TEST_CASE("queries and documents have the first prompt that is theirs, and one similarity",
          "[task]") {
  Directory directory;
  fill(directory, R"({"pooling_mode_mean_tokens":true})");
  CHECK_FALSE(nlp::task::query_prompt(directory.read()));
  CHECK(directory.read().similarity == "cosine");
  directory.put(
      "config_sentence_transformers.json",
      R"({"prompts":{"corpus":"c","passage":"p","query":"q"},"similarity_fn_name":"dot"})");
  CHECK(nlp::task::query_prompt(directory.read()) == "query");
  CHECK(nlp::task::document_prompt(directory.read()) == "passage");
  CHECK(directory.read().similarity == "dot");
  directory.put("config_sentence_transformers.json", R"({"similarity_fn_name":null})");
  CHECK(directory.read().similarity == "cosine");
}

TEST_CASE("what is not known of the modules is refused, never left out", "[task]") {
  Directory directory;
  fill(directory, R"({"pooling_mode":"mean_of_means"})");
  check_refused(directory, {"1_Pooling", "mean_of_means"});
  directory.put("1_Pooling/config.json", R"({"pooling_mode":[]})");
  check_refused(directory, {"no way of pooling"});
  directory.put("1_Pooling/config.json", R"({"pooling_mode_median_tokens":true})");
  check_refused(directory, {"pooling_mode_median_tokens"});
  directory.put("1_Pooling/config.json", R"({"pooling_mode_mean_tokens":"yes"})");
  check_refused(directory, {"pooling_mode_mean_tokens"});
  for (const std::string name : {"x.CNN", "x.LSTM", "x.WordWeights", "x.Dense", "x.Transformer"}) {
    directory.put("modules.json",
                  R"([{"path":"","type":"x.Transformer"},{"path":"","type":")" + name + R"("}])");
    check_refused(directory, {name});
  }
  directory.put(
      "modules.json",
      R"([{"path":"","type":"x.MLMTransformer"},{"path":"1_Pooling","type":"x.Pooling"}])");
  check_refused(directory, {"x.Pooling"});
  directory.put("modules.json", R"([{"path":"../up","type":"x.Transformer"}])");
  check_refused(directory, {"../up"});
  directory.put("modules.json", R"([{"path":"","type":"x.Transformer"}])");
  check_refused(directory, {"needs a Transformer and a Pooling"});
  directory.put("modules.json", "{}");
  check_refused(directory, {"no list"});
}

TEST_CASE("a Dense module is f(weight * src + bias)", "[task]") {
  Directory directory;
  directory.put_dense("d", kDense);
  const auto dense = nlp::model::Dense::open(directory.path() / "d");
  CHECK(dense.inputs() == 2);
  CHECK(dense.outputs() == 3);
  CHECK(dense(std::vector<float>{1, -1}) == std::vector<float>{9, 19, 29});

  // Tanh is what it is without a function; a bias that is not there is not asked for.
  directory.put_dense("e", R"({"in_features":2,"out_features":3,"bias":false})", false);
  const auto tanh = nlp::model::Dense::open(directory.path() / "e");
  CHECK(tanh(std::vector<float>{0, 0.25f})[0] == Approx(std::tanh(0.5)));
}

TEST_CASE("a Dense module that is not known whole is refused", "[task]") {
  const auto refused = [](const std::string& config, const std::string& part) {
    Directory directory;
    directory.put_dense("d", config);
    try {
      nlp::model::Dense::open(directory.path() / "d");
      FAIL_CHECK("was taken: " << config);
    } catch (const nlp::Error& error) {
      INFO(error.what());
      CHECK(error.kind() == nlp::Kind::model);
      CHECK(std::string(error.what()).find(part) != std::string::npos);
    }
  };
  refused("[]", "in_features");
  refused(R"({"in_features":2,"out_features":0})", "out_features");
  refused(R"({"in_features":3,"out_features":3})", "linear.weight");
  refused(R"({"in_features":2,"out_features":3,"activation_function":"torch.nn.Softshrink"})",
          "Softshrink");
  refused(R"({"in_features":2,"out_features":3,"use_residual":true})", "residual.weight");
  refused(R"({"in_features":2,"out_features":3,"use_residual":"yes"})", "use_residual");
  refused(R"({"in_features":2,"out_features":3,"module_input_name":"token_embeddings"})",
          "token_embeddings");
  refused(R"({"in_features":2,"out_features":3,"activation_function":"mine.Tanh"})", "mine.Tanh");
}
