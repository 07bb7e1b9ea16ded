// What is written for the reference's inputs.
#include "task/generate.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "task/token_rules.hpp"
#include "task/write_texts.hpp"

using namespace nlp::task;
using nlp::model::Model;
using Ids = std::vector<std::int32_t>;

namespace {

// The texts of a golden file, written from by the checkpoint's own rules.
std::vector<std::vector<Hypothesis>> write(const Model& model, const std::vector<Ids>& texts,
                                           std::int64_t beams, std::int64_t batch_tokens) {
  const auto generation = model.generation();
  SearchRules rules;
  rules.beams = beams;
  rules.max_new_tokens = 12;
  rules.end_ids = generation.end_ids;
  rules.next_scores = TokenRules(generation, rules.max_new_tokens);
  std::vector<WritingJob> jobs;
  for (const Ids& ids : texts) jobs.push_back({ids, &rules});
  const auto workspace = model.workspace();
  return write_texts(model, generation.start_id, jobs, batch_tokens, *workspace);
}

std::vector<Ids> texts_of(const golden::Arrays& golden) {
  std::vector<Ids> texts;
  const auto batch = golden.batch();
  for (std::int64_t b = 0; b < batch.texts(); ++b)
    texts.emplace_back(batch.ids.begin() + batch.starts[b],
                       batch.ids.begin() + batch.starts[b + 1]);
  return texts;
}

}  // namespace

TEST_CASE("greedy and beam search write the reference's tokens", "[task]") {
  for (const std::string name : {"t5", "t5-v1.1", "marian"})
    for (const std::int64_t beams : {1, 3}) {
      INFO(name << ", " << beams << " beams");
      const golden::Arrays golden(name);
      const Model model = Model::open(golden::model(name));
      const auto results = write(model, texts_of(golden), beams, 4096);
      const std::string array = "generated." + std::to_string(beams);
      const auto width = golden.view(array).shape[1];
      for (std::size_t b = 0; b < results.size(); ++b) {
        const auto first = static_cast<std::int64_t>(b) * width;
        CHECK(golden.integer(array, first) == model.generation().start_id);
        Ids expected;
        for (std::int64_t t = 1; t < width; ++t)
          expected.push_back(static_cast<std::int32_t>(golden.integer(array, first + t)));
        CHECK(results[b].front().ids == expected);
      }
    }
}

TEST_CASE("what is written for a text does not depend on the others", "[task]") {
  const Model model = Model::open(golden::model("marian"));
  const auto texts = texts_of(golden::Arrays("marian"));
  const auto together = write(model, texts, 4, 4096), apart = write(model, texts, 4, 1);
  for (std::size_t b = 0; b < texts.size(); ++b) {
    const auto alone = write(model, {texts[b]}, 4, 4096);
    REQUIRE(together[b].size() == 4);
    for (std::size_t k = 0; k < 4; ++k)
      for (const Hypothesis* other : {&apart[b][k], &alone[0][k]}) {
        CHECK(other->ids == together[b][k].ids);
        CHECK(other->logprob == together[b][k].logprob);
      }
  }
}

TEST_CASE("a generator refuses what it cannot do", "[task]") {
  const auto open = [](const char* name, const GenerateOptions& options) {
    const Model model = Model::open(golden::model(name));
    const auto tokenizer = nlp::tokenizer::Tokenizer::open(golden::model("t5"));
    const Generator generator(model, tokenizer, options);
  };
  const auto kind_of = [&](const char* name, const GenerateOptions& options) {
    try {
      open(name, options);
    } catch (const nlp::Error& error) {
      return error.kind();
    }
    return nlp::Kind::internal;
  };
  CHECK(kind_of("bert-mlm", {}) == nlp::Kind::model);
  GenerateOptions longer;
  longer.max_new_tokens = 81;
  CHECK(kind_of("marian", longer) == nlp::Kind::usage);
  open("t5", longer);  // it has no positions to run out of
  GenerateOptions windows;
  windows.fit.fit = Fit::window;
  CHECK(kind_of("t5", windows) == nlp::Kind::usage);
}
