#include "task/token_rules.hpp"

#include <cmath>

#include "support/catch.hpp"

using nlp::model::GenerationConfig;
using nlp::task::TokenRules;
using Ids = std::vector<std::int32_t>;

namespace {

constexpr std::int64_t kMost = 4;

// Four tokens, all equally likely but for the rules; 3 is the start token.
std::vector<double> scores(const GenerationConfig& rules, const Ids& written) {
  std::vector<double> result(4);
  TokenRules(rules, kMost)(std::vector<float>(4, 2.0f), written, result);
  return result;
}

Ids allowed(const GenerationConfig& rules, const Ids& written) {
  Ids ids;
  const auto values = scores(rules, written);
  for (std::int32_t id = 0; id < 4; ++id)
    if (values[static_cast<std::size_t>(id)] > -INFINITY) ids.push_back(id);
  return ids;
}

GenerationConfig plain() {
  GenerationConfig rules;
  rules.start_id = 3;
  rules.end_ids = {0};
  return rules;
}

}  // namespace

TEST_CASE("without rules scores are log-probabilities", "[task]") {
  for (const double score : scores(plain(), {})) CHECK(score == Approx(std::log(0.25)));
}

TEST_CASE("tokens are forbidden always, first, or behind others", "[task]") {
  GenerationConfig rules = plain();
  rules.suppressed = {1};
  CHECK(allowed(rules, {}) == Ids{0, 2, 3});
  rules = plain();
  rules.suppressed_first = {1};
  CHECK(allowed(rules, {}) == Ids{0, 2, 3});
  CHECK(allowed(rules, {2}) == Ids{0, 1, 2, 3});
  rules = plain();
  rules.bad_words = {{3}, {1, 2}, {3, 0}};
  CHECK(allowed(rules, {}) == Ids{1, 2});  // the start token is seen
  CHECK(allowed(rules, {1}) == Ids{0, 1});
  CHECK(allowed(rules, {2}) == Ids{0, 1, 2});
}

TEST_CASE("end tokens wait for the least number of tokens", "[task]") {
  GenerationConfig rules = plain();
  rules.min_new_tokens = 2;
  CHECK(allowed(rules, {1}) == Ids{1, 2, 3});
  CHECK(allowed(rules, {1, 1}) == Ids{0, 1, 2, 3});
}

TEST_CASE("first and last tokens are forced and certain", "[task]") {
  GenerationConfig rules = plain();
  rules.forced_first_id = 2;
  rules.forced_last_ids = {0};
  CHECK(allowed(rules, {}) == Ids{2});
  CHECK(scores(rules, {})[2] == 0);
  CHECK(allowed(rules, {2, 1}) == Ids{0, 1, 2, 3});
  CHECK(allowed(rules, {2, 1, 1}) == Ids{0});
  // A token that may not come first counts behind a forced one.
  rules.suppressed_first = {1};
  CHECK(allowed(rules, {2}) == Ids{0, 2, 3});
}

TEST_CASE("sequences are not repeated, the start token counted", "[task]") {
  GenerationConfig rules = plain();
  rules.no_repeat_ngram = 2;
  CHECK(allowed(rules, {1, 2, 1}) == Ids{0, 1, 3});
  CHECK(allowed(rules, {1, 3}) == Ids{0, 2, 3});
  rules.no_repeat_ngram = 1;
  CHECK(allowed(rules, {1}) == Ids{0, 2});
  rules.no_repeat_ngram = 4;
  CHECK(allowed(rules, {1}) == Ids{0, 1, 2, 3});
}

TEST_CASE("what is left sums to one again where the checkpoint says so", "[task]") {
  GenerationConfig rules = plain();
  rules.suppressed = {1, 2};
  rules.renormalize = true;
  CHECK(scores(rules, {})[0] == Approx(std::log(0.5)));
}
