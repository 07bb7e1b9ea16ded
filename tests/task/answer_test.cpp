#include "task/answer.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "support/golden.hpp"
#include "support/paths.hpp"
#include "text/offsets.hpp"

using namespace nlp::task;
using nlp::model::Model;
using nlp::tokenizer::Tokenizer;

namespace {
struct Small {
  Model model = Model::open(golden::model("bert-qa"));
  Tokenizer tokenizer = Tokenizer::open(golden::model("bert-qa"));

  std::optional<Answer> ask(const std::string& question, const std::string& context,
                            const AnswerOptions& options = {}) {
    const AnswerFinder finder(model, tokenizer, options);
    const auto workspace = model.workspace();
    return finder(std::vector{finder.prepare(question, context)}, *workspace)[0];
  }
};

// All spans, one after the other.
std::optional<TokenSpan> naive_best(const std::vector<float>& start, const std::vector<float>& end,
                                    const std::vector<bool>& allowed, std::int64_t longest) {
  double starts = 0, ends = 0;
  for (std::size_t t = 0; t < start.size(); ++t)
    if (allowed[t]) starts += std::exp(start[t]), ends += std::exp(end[t]);
  std::optional<TokenSpan> best;
  for (std::size_t i = 0; i < start.size(); ++i)
    for (std::size_t j = i; j < start.size(); ++j) {
      const auto size = static_cast<std::int64_t>(j - i) + 1;
      if (!allowed[i] || !allowed[j] || size > longest) continue;
      const double p = std::exp(start[i]) / starts * std::exp(end[j]) / ends;
      if (!best || p > std::exp(best->logprob) * (1 + 1e-9))
        best = TokenSpan{static_cast<std::int64_t>(i), static_cast<std::int64_t>(j), std::log(p)};
    }
  return best;
}
}  // namespace

// The file holds what the reference's pipeline answers with this checkpoint.
TEST_CASE("answers, their places and scores are the reference's", "[task]") {
  Small small;
  int compared = 0;
  for (const nlp::Json& golden : nlp::read_json(paths::data("task/answer.json"))) {
    const auto question = golden["question"].get<std::string>();
    const auto context = golden["context"].get<std::string>();
    CAPTURE(question, context);
    AnswerOptions options;
    options.longest = golden["longest"].get<std::int64_t>();
    const auto answer = small.ask(question, context, options);
    REQUIRE(answer);
    const auto span = nlp::text::Offsets(context, nlp::text::Unit::codepoints)(answer->span);
    CHECK(context.substr(answer->span.start, answer->span.size()) ==
          golden["answer"].get<std::string>());
    CHECK(span.start == golden["start"].get<std::uint32_t>());
    CHECK(span.end == golden["end"].get<std::uint32_t>());
    CHECK(answer->score == Approx(golden["score"].get<double>()).margin(1e-5));
    ++compared;
  }
  CHECK(compared > 10);
}

TEST_CASE("the best span is the one that trying all of them finds", "[task]") {
  std::vector<float> start, end;
  std::vector<bool> allowed;
  std::uint32_t state = 1;
  const auto draw = [&] { return (state = state * 1664525u + 1013904223u) >> 16; };
  for (int round = 0; round < 200; ++round) {
    const std::size_t size = 1 + draw() % 12;
    start.assign(size, 0);
    end.assign(size, 0);
    allowed.assign(size, true);
    for (std::size_t t = 0; t < size; ++t) {
      start[t] = static_cast<float>(draw() % 1000) / 100;
      end[t] = static_cast<float>(draw() % 1000) / 100;
      allowed[t] = draw() % 4 != 0;
    }
    const std::int64_t longest = 1 + draw() % 5;
    const auto found = best_span(start, end, allowed, longest);
    const auto expected = naive_best(start, end, allowed, longest);
    REQUIRE(found.has_value() == expected.has_value());
    if (!found) continue;
    CHECK(found->first == expected->first);
    CHECK(found->last == expected->last);
    CHECK(found->logprob == Approx(expected->logprob).margin(1e-9));
  }
}

TEST_CASE("a token for no answer takes its share of the probability", "[task]") {
  const std::vector<float> start = {1, 2}, end = {0, 3};
  const auto without = best_span(start, end, {true, true}, 2);
  const auto with = best_span(start, end, {true, true}, 2, std::pair(2.0f, 3.0f));
  REQUIRE(without);
  REQUIRE(with);
  CHECK(with->first == without->first);
  CHECK(without->logprob ==
        Approx(5 - std::log(std::exp(1) + std::exp(2)) - std::log(1 + std::exp(3))));
  CHECK(with->logprob ==
        Approx(5 - std::log(std::exp(1) + 2 * std::exp(2)) - std::log(1 + 2 * std::exp(3))));
}

TEST_CASE("a context without words has no answer, one in windows an answer in it", "[task]") {
  Small small;
  CHECK_FALSE(small.ask("Where?", ""));
  CHECK_FALSE(small.ask("Where?", " \u3000 "));
  std::string context;
  for (int k = 0; k < 100; ++k) context += "The cat sat on the mat. ";
  const auto answer = small.ask("Who sat?", context);
  REQUIRE(answer);
  CHECK(answer->span.end <= context.size());
  CHECK(answer->span.start < answer->span.end);
  CHECK(answer->score > 0);
  CHECK(answer->score <= 1);
}
