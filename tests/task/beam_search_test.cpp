#include "task/beam_search.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "support/catch.hpp"

using namespace nlp::task;
using Ids = std::vector<std::int32_t>;

namespace {

constexpr std::int32_t kEnd = 0;

// A language of V tokens whose log-probabilities depend on all that was written.
struct Language {
  std::int32_t size;
  unsigned seed;

  std::vector<double> operator()(std::span<const std::int32_t> written) const {
    unsigned state = seed;
    for (const std::int32_t id : written) state = state * 31 + static_cast<unsigned>(id) + 1;
    std::mt19937 generator(state);
    std::uniform_real_distribution<double> weight(0.01, 1);
    std::vector<double> values;
    double sum = 0;
    for (std::int32_t id = 0; id < size; ++id) sum += values.emplace_back(weight(generator));
    for (double& value : values) value = std::log(value / sum);
    return values;
  }
};

SearchRules rules(const Language& language, std::int64_t beams, std::int64_t most) {
  SearchRules rules;
  rules.beams = beams;
  rules.max_new_tokens = most;
  rules.end_ids = {kEnd};
  rules.next_scores = [language](auto, std::span<const std::int32_t> written,
                                 std::span<double> scores) {
    std::ranges::copy(language(written), scores.begin());
  };
  return rules;
}

std::vector<Hypothesis> search(const SearchRules& rules, std::int32_t size) {
  BeamSearch search(rules);
  const std::vector<float> logits(static_cast<std::size_t>(size));
  while (!search.done()) {
    const auto before = search.running();
    for (std::size_t k = 0; k < before.size(); ++k) search.offer(k, logits);
    search.advance();
    for (std::size_t k = 0; k < search.running().size(); ++k) {
      const Ids& now = search.running()[k].ids;
      CHECK(Ids(now.begin(), now.end() - 1) == before[search.parents()[k]].ids);
    }
  }
  return search.ended();
}

// All texts of at most `most` tokens, best first.
void all_texts(const Language& language, std::size_t most, const Hypothesis& from,
               std::vector<Hypothesis>& dst) {
  const auto next = language(from.ids);
  for (std::int32_t id = 0; id < language.size; ++id) {
    Hypothesis longer = from;
    longer.ids.push_back(id);
    longer.logprob += next[static_cast<std::size_t>(id)];
    if (id == kEnd || longer.ids.size() == most)
      dst.push_back(longer);
    else
      all_texts(language, most, longer, dst);
  }
}

}  // namespace

TEST_CASE("one beam takes the likeliest token each time", "[task]") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Language language{6, seed};
    const auto found = search(rules(language, 1, 8), language.size);
    REQUIRE(found.size() == 1);
    Ids expected;
    double logprob = 0;
    while (expected.size() < 8 && (expected.empty() || expected.back() != kEnd)) {
      const auto next = language(expected);
      const auto best = std::ranges::max_element(next);
      expected.push_back(static_cast<std::int32_t>(best - next.begin()));
      logprob += *best;
    }
    CHECK(found[0].ids == expected);
    CHECK(found[0].logprob == Approx(logprob));
    CHECK(found[0].score == Approx(logprob / static_cast<double>(expected.size())));
    CHECK(found[0].ended == (expected.back() == kEnd));
  }
}

TEST_CASE("a search with beams for all texts finds the best of them", "[task]") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Language language{4, seed};
    std::vector<Hypothesis> all;
    all_texts(language, 3, {}, all);
    for (const double penalty : {1.0, 0.6, 0.0, 2.0}) {
      for (Hypothesis& text : all)
        text.score = text.logprob / std::pow(static_cast<double>(text.ids.size()), penalty);
      std::ranges::stable_sort(
          all, [](const auto& left, const auto& right) { return left.score > right.score; });
      SearchRules penalized = rules(language, 40, 3);
      penalized.length_penalty = penalty;
      const auto found = search(penalized, language.size);
      REQUIRE(found.size() == all.size());
      for (std::size_t k = 0; k < all.size(); ++k) CHECK(found[k].ids == all[k].ids);
    }
  }
}

TEST_CASE("a search ends when as many hypotheses have ended as there are beams", "[task]") {
  // Both beams end at once, though a longer text would have the better mean.
  SearchRules rules;
  rules.beams = 2;
  rules.max_new_tokens = 5;
  rules.end_ids = {0, 1};
  rules.next_scores = [](auto, auto written, std::span<double> scores) {
    const std::vector<double> next =
        written.empty() ? std::vector<double>{-1, -1.5, -2} : std::vector<double>{-9, -9, -0.1};
    std::ranges::copy(next, scores.begin());
  };
  const auto found = search(rules, 3);
  REQUIRE(found.size() == 2);
  CHECK(found[0].ids == Ids{0});
  CHECK(found[1].ids == Ids{1});
}

TEST_CASE("of equal scores the smaller id and the earlier hypothesis come first", "[task]") {
  SearchRules rules;
  rules.beams = 3;
  rules.max_new_tokens = 2;
  rules.next_scores = [](auto, auto, std::span<double> scores) { std::ranges::fill(scores, -1.0); };
  const auto found = search(rules, 5);
  REQUIRE(found.size() == 3);
  CHECK(found[0].ids == Ids{0, 0});
  CHECK(found[1].ids == Ids{0, 1});
  CHECK(found[2].ids == Ids{0, 2});
  CHECK_FALSE(found[0].ended);
}

TEST_CASE("where nothing may be written a search ends with what there is", "[task]") {
  SearchRules rules;
  rules.beams = 2;
  rules.max_new_tokens = 4;
  rules.next_scores = [](auto, auto written, std::span<double> scores) {
    std::ranges::fill(scores, -INFINITY);
    if (written.size() < 2) scores[1] = -0.5;
  };
  const auto found = search(rules, 3);
  REQUIRE(found.size() == 1);
  CHECK(found[0].ids == Ids{1, 1});
}
