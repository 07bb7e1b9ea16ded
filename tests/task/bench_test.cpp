#include "task/bench.hpp"

#include <map>
#include <mutex>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "task/model_bench.hpp"

using namespace nlp::task;
using nlp::dnn::Stage;
using nlp::model::Model;

namespace {
// Operations of BERT's linear layers for a token: query, key, value and output, and the two of the
// feed-forward, a product and its sum being two.
double operations_of_token(const nlp::model::Config& config) {
  const auto hidden = double(config.hidden_size), inner = double(config.intermediate_size);
  return 2 * double(config.layers) * (4 * hidden * hidden + 2 * hidden * inner);
}

double operations_of(const nlp::dnn::Profile& profile, Stage stage) {
  double sum = 0;
  for (const auto& part : profile.parts())
    if (part.op.stage == stage) sum += part.operations;
  return sum;
}
}  // namespace

TEST_CASE("uniform texts fill batches up to the budget and are the same ones every time",
          "[task]") {
  const Model model = Model::open(golden::model("bert-mlm"));
  const auto batches = uniform_batches(model.config(), 5, 8, 16);
  REQUIRE(batches.size() == 3);
  CHECK(batches[0].texts() == 2);
  CHECK(batches[2].texts() == 1);
  std::set<std::vector<std::int32_t>> different;
  for (const auto& batch : batches) {
    different.insert(batch.ids);
    for (const auto id : batch.ids) CHECK((id >= 0 && id < model.config().vocab_size));
  }
  CHECK(different.size() == 3);
  CHECK(uniform_batches(model.config(), 5, 8, 16)[1].ids == batches[1].ids);
  // A text of more tokens than the budget is a batch of its own.
  CHECK(uniform_batches(model.config(), 2, 8, 4).size() == 2);
}

TEST_CASE("every item is done once, whatever the threads, and an error ends them all", "[task]") {
  std::mutex mutex;
  std::map<std::int64_t, int> done;
  share_out(100, 3, [&](std::int64_t item, std::size_t thread) {
    REQUIRE(thread < 3);
    const std::lock_guard lock(mutex);
    ++done[item];
  });
  CHECK(done.size() == 100);
  for (const auto& [item, times] : done) CHECK(times == 1);
  const auto fail = [](std::int64_t item, std::size_t) {
    if (item == 7) throw nlp::Error(nlp::Kind::data, "seven");
  };
  CHECK_THROWS_WITH(share_out(100, 3, fail), "seven");
}

TEST_CASE("rounds leave no thread idle at their end", "[task]") {
  CHECK(even_rounds(2, 2) == 1);
  CHECK(even_rounds(1, 4) == 4);
  CHECK(even_rounds(6, 4) == 2);
  CHECK(even_rounds(5, 1) == 1);
}

TEST_CASE("a forward pass is told by stage, its operations as the layers' sizes say", "[task]") {
  const Model model = Model::open(golden::model("bert-mlm"));
  BatchRun run(model, uniform_batches(model.config(), 4, 8, 16), 2);
  CHECK(run.tokens() == 32);
  run(3);
  const auto profile = run.profile();
  CHECK(operations_of(profile, Stage::linear) == 3 * 32 * operations_of_token(model.config()));
  std::map<Stage, std::int64_t> calls;
  double seconds = 0;
  for (const auto& part : profile.parts()) {
    calls[part.op.stage] += part.calls;
    seconds += part.seconds;
    CHECK(part.seconds >= 0);
    CHECK(part.kernel.empty() == (part.op.stage != Stage::linear));
  }
  const auto layers = model.config().layers;
  CHECK(calls[Stage::rest] == 3 * 2);  // batches
  CHECK(calls[Stage::embeddings] == 3 * 2);
  CHECK(calls[Stage::attention] == 3 * 2 * layers);
  CHECK(calls[Stage::linear] >= 3 * 2 * 4 * layers);  // layers of batches
  CHECK(profile.seconds() == Approx(seconds));
  run(1);  // a profile is that of the last call
  CHECK(operations_of(run.profile(), Stage::linear) == 32 * operations_of_token(model.config()));
}

TEST_CASE("a model is measured by each of its works, in order", "[task]") {
  const auto directory = golden::model("bert-mlm");
  const auto modules = read_sentence_modules(directory);
  const auto tokenizer = nlp::tokenizer::Tokenizer::open(directory);
  const std::vector<std::string> lines = {"The sun is bright.", "Hello."};
  const BenchOptions options{
      .lengths = {4, 8}, .texts = 2, .batch_tokens = 64, .threads = 2, .fit = {}};
  ModelBench bench(modules, tokenizer, nlp::dnn::ComputeType::f32, options, lines);
  const auto works = bench.works();
  REQUIRE(works.size() == 5);  // the limit, one text, two lengths, the lines
  for (const auto& work : works) work.run(1);
  std::vector<Timing> timings(5);
  for (std::size_t k = 0; k < 5; ++k) timings[k].best = double(k + 1);
  const auto result = bench.result(timings);
  CHECK(result.used == nlp::dnn::ComputeType::f32);
  CHECK(result.limit_rate() == nlp::dnn::MatmulLimit::kOperations);
  CHECK(result.operations_of_token == operations_of_token(Model::open(directory).config()));
  CHECK(result.latency.best == 2);
  REQUIRE(result.uniform.size() == 2);
  CHECK(result.uniform[1].length == 8);
  CHECK(result.uniform[1].tokens == 16);
  CHECK(result.uniform[1].timing.best == 4);
  CHECK(result.rate(16, result.uniform[1].timing) == 4 * result.operations_of_token);
  REQUIRE(result.lines);
  CHECK(result.lines->best == 5);
  std::int64_t tokens = 0;
  for (const auto& line : lines) tokens += std::ssize(tokenizer.encode(line).ids);
  CHECK(result.line_tokens == tokens);
}

TEST_CASE("a line that the model does not take is refused by its number", "[task]") {
  const auto directory = golden::model("bert-mlm");
  const auto modules = read_sentence_modules(directory);
  const auto tokenizer = nlp::tokenizer::Tokenizer::open(directory);
  std::string line;
  for (int k = 0; k < 2000; ++k) line += "sun ";
  const std::vector<std::string> lines = {"Hello.", line};
  BenchOptions options{.lengths = {4}, .fit = {.fit = Fit::error}};
  const auto make = [&] {
    ModelBench(modules, tokenizer, nlp::dnn::ComputeType::f32, options, lines);
  };
  CHECK_THROWS_WITH(make(), ContainsSubstring("text 2: "));
  options.lengths = {1 << 20};
  CHECK_THROWS_WITH(make(), ContainsSubstring("--lengths: "));
}
