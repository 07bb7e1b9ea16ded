// What generation_config.json may say, and what is said of one that is wrong.
#include "model/generation_config.hpp"

#include <string>

#include "base/error.hpp"
#include "base/json.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::model;
using nlp::Json;
using Ids = std::vector<std::int32_t>;

namespace {

// `own` is generation_config.json, null where there is none.
GenerationConfig read(const Json& main, const Json& own) {
  const TemporaryDirectory directory;
  directory.write("config.json", main.dump());
  if (!own.is_null()) directory.write("generation_config.json", own.dump());
  Config config;
  config.decoder.vocab_size = 100;
  return read_generation_config(directory.path(), config);
}

std::string complaint(const Json& own) {
  try {
    read(Json::object(), own);
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    return error.what();
  }
  return "was taken";
}

}  // namespace

TEST_CASE("rules of generation come from their own file", "[model]") {
  const auto rules = read({{"decoder_start_token_id", 7}, {"num_beams", 9}},
                          {{"decoder_start_token_id", 3},
                           {"eos_token_id", {1, 2}},
                           {"bad_words_ids", {{3}, {2}, {4, 5}}},
                           {"forced_eos_token_id", 1},
                           {"max_length", 512},
                           {"min_length", 4},
                           {"do_sample", true},
                           {"renormalize_logits", true}});
  CHECK(rules.start_id == 3);
  CHECK(rules.end_ids == Ids{1, 2});
  CHECK(rules.bad_words == std::vector<Ids>{{3}, {4, 5}});  // an end token is never bad
  CHECK(rules.forced_last_ids == Ids{1});
  CHECK(rules.max_new_tokens == 511);  // lengths count the start token
  CHECK(rules.min_new_tokens == 3);
  CHECK(rules.renormalize);
  CHECK_FALSE(rules.beams);
  CHECK_FALSE(rules.forced_first_id);
}

TEST_CASE("rules of generation come from config.json in older checkpoints", "[model]") {
  const auto rules =
      read({{"decoder_start_token_id", 7}, {"eos_token_id", 0}, {"num_beams", 6}}, nullptr);
  CHECK(rules.start_id == 7);
  CHECK(rules.end_ids == Ids{0});
  CHECK(rules.beams == 6);
  // Ids that the own file lacks.
  CHECK(read({{"decoder_start_token_id", 7}, {"eos_token_id", 0}}, Json::object()).start_id == 7);
}

TEST_CASE("rules of generation that are wrong or not supported are named", "[model]") {
  const Json good = {{"decoder_start_token_id", 3}, {"eos_token_id", 1}};
  const auto with = [&](const char* key, const Json& value) {
    Json json = good;
    json[key] = value;
    return complaint(json);
  };
  const auto names = [](const std::string& message, const char* part) {
    INFO(message);
    CHECK(message.find(part) != std::string::npos);
    CHECK(message != "was taken");
  };
  names(complaint({{"eos_token_id", 1}}), "decoder_start_token_id");
  names(complaint({{"decoder_start_token_id", 1}}), "eos_token_id");
  names(with("eos_token_id", 100), "0 to 99");
  names(with("eos_token_id", Json::array({-1})), "eos_token_id");
  names(with("bad_words_ids", Json::array({1})), "bad_words_ids");
  names(with("bad_words_ids", "a"), "bad_words_ids");
  names(with("repetition_penalty", 1.3), "repetition_penalty");
  names(with("sequence_bias", Json::array({1})), "sequence_bias");
  names(with("no_repeat_ngram_size", -1), "no_repeat_ngram_size");
  CHECK(with("repetition_penalty", 1.0) == "was taken");
}
