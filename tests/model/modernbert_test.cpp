// What ModernBERT's config.json says, in its older and its newer form.
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "dnn/attention.hpp"
#include "model/config.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::model;
using nlp::Json;

namespace {

constexpr std::int64_t kAll = nlp::dnn::AttentionShape::kAll;

Config read(const Json& changes) {
  Json json = {{"model_type", "modernbert"},      {"hidden_size", 32},  {"num_attention_heads", 4},
               {"num_hidden_layers", 4},          {"vocab_size", 100},  {"intermediate_size", 64},
               {"max_position_embeddings", 8192}, {"pad_token_id", 50}, {"local_attention", 128}};
  json.update(changes);
  const TemporaryDirectory directory;
  directory.write("config.json", json.dump());
  return read_config(directory.path());
}

}  // namespace

TEST_CASE("older and newer files of ModernBERT say the same of windows and rotations", "[model]") {
  const Config older = read({{"global_attn_every_n_layers", 3},
                             {"global_rope_theta", 160000.0},
                             {"local_rope_theta", 10000.0}});
  const Config newer =
      read({{"layer_types",
             {"full_attention", "sliding_attention", "sliding_attention", "full_attention"}},
            {"rope_parameters",
             {{"full_attention", {{"rope_type", "default"}, {"rope_theta", 160000.0}}},
              {"sliding_attention", {{"rope_type", "default"}, {"rope_theta", 10000.0}}}}}});
  for (const Config* config : {&older, &newer}) {
    CHECK(config->reach == std::vector<std::int64_t>{kAll, 64, 64, kAll});
    CHECK(config->rotary_bases == std::vector<float>{160000, 10000, 10000, 160000});
    CHECK(config->pooling == SequencePooling::first);
    CHECK(config->layer_norm_epsilon == 1e-5f);
  }
  CHECK(read({{"classifier_pooling", "mean"}}).pooling == SequencePooling::mean);
}

TEST_CASE("keys of ModernBERT that are not computed are refused by name", "[model]") {
  const std::pair<Json, std::string> wrong[] = {
      {{{"rope_parameters", {{"full_attention", {{"rope_type", "yarn"}}}}}}, "rope_type"},
      {{{"rope_scaling", {{"type", "linear"}}}}, "rope_scaling"},
      {{{"layer_types", {"full_attention", "linear_attention", "full_attention", "x"}}},
       "layer_types"},
      {{{"layer_types", {"full_attention"}}}, "layer_types"},
      {{{"classifier_pooling", "max"}}, "classifier_pooling"},
      {{{"num_attention_heads", 32}}, "num_attention_heads"}};
  for (const auto& one : wrong) {
    INFO(one.second);
    try {
      read(one.first);
      FAIL_CHECK("was taken");
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::model);
      CHECK(std::string(error.what()).find(one.second) != std::string::npos);
    }
  }
}
