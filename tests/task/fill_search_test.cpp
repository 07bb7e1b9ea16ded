#include "task/fill_search.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "support/catch.hpp"
#include "task/log_softmax.hpp"

using namespace nlp::task;

namespace {

using Ids = std::vector<std::int32_t>;
constexpr std::int32_t kMask = 0;
constexpr std::size_t kVocabulary = 6;

// A made-up model: logits of a place from all tokens and its position, by a fixed hash.
std::vector<float> logits_of(const Ids& ids, std::size_t position) {
  std::vector<float> logits;
  for (std::size_t v = 0; v < kVocabulary; ++v) {
    std::uint64_t hash = 1469598103934665603ull + v * 31 + position * 977;
    for (const std::int32_t id : ids) {
      hash = (hash ^ static_cast<std::uint64_t>(id + 1)) * 1099511628211ull;
    }
    logits.push_back(static_cast<float>(hash >> 40) * 0x1p-22f);  // 0 .. 4
  }
  return logits;
}

struct Scorer {
  int sequences = 0;
  int positions = 0;
  ScorePlaces function() {
    return [this](std::span<const Places> places, const UseLogits& use) {
      // Backwards: callers must not lean on the order.
      for (std::size_t s = places.size(); s-- > 0;) {
        sequences += !places[s].positions.empty();
        for (std::size_t p = places[s].positions.size(); p-- > 0; ++positions) {
          const auto logits = logits_of(places[s].ids, places[s].positions[p]);
          use(s, p, logits);
        }
      }
    };
  }
};

double logprob(const Ids& ids, std::size_t position, std::int32_t id) {
  const auto logits = logits_of(ids, position);
  return LogSoftmax(logits)[id];
}

FillJob job_of(Ids ids) {
  FillJob job;
  job.ids = std::move(ids);
  for (std::size_t t = 0; t < job.ids.size(); ++t) {
    if (job.ids[t] == kMask) job.masks.push_back(t);
  }
  job.targets.resize(job.masks.size());
  return job;
}

std::vector<std::vector<std::vector<Choice>>> run(const std::vector<FillJob>& jobs, Masks masks,
                                                  std::size_t top) {
  FillRules rules;
  rules.masks = masks;
  rules.top = top;
  rules.mask_id = kMask;
  Scorer scorer;
  return fill(jobs, rules, scorer.function());
}

}  // namespace

TEST_CASE("independent masks each show the top of their own row", "[task]") {
  const FillJob job = job_of({3, kMask, 4, kMask});
  const auto result = run({job}, Masks::independent, 3);
  REQUIRE(result.size() == 1);
  REQUIRE(result[0].size() == 2);
  for (std::size_t m = 0; m < 2; ++m) {
    const auto logits = logits_of(job.ids, job.masks[m]);
    const Ids best = LogSoftmax(logits).top(3);
    REQUIRE(result[0][m].size() == 3);
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(result[0][m][k].fill.ids == Ids{best[k]});
      CHECK(result[0][m][k].logprob == logprob(job.ids, job.masks[m], best[k]));
      CHECK(result[0][m][k].rank == static_cast<std::int64_t>(k) + 1);
      CHECK(result[0][m][k].beside[1 - m].ids.empty());
    }
  }
}

TEST_CASE("beams as wide as all sequences find the likeliest ones", "[task]") {
  const FillJob job = job_of({kMask, 5, kMask, 1, kMask});
  std::vector<std::pair<double, Ids>> all;
  for (std::int32_t a = 0; a < 6; ++a) {
    for (std::int32_t b = 0; b < 6; ++b) {
      for (std::int32_t c = 0; c < 6; ++c) {
        const double sum = logprob(job.ids, 0, a) + logprob({a, 5, kMask, 1, kMask}, 2, b) +
                           logprob({a, 5, b, 1, kMask}, 4, c);
        all.push_back({sum, {a, b, c}});
      }
    }
  }
  std::sort(all.begin(), all.end(), [](auto& x, auto& y) { return x.first > y.first; });
  const auto result = run({job}, Masks::beam, 216)[0];
  for (std::size_t k = 0; k < 40; ++k) {
    CHECK(result[0][k].logprob == Approx(all[k].first));
    CHECK(Ids{result[0][k].fill.ids[0], result[1][k].fill.ids[0], result[2][k].fill.ids[0]} ==
          all[k].second);
    CHECK(result[1][k].rank == static_cast<std::int64_t>(k) + 1);
    CHECK(result[2][k].logprob == result[0][k].logprob);
    CHECK(result[1][k].beside[2].ids == result[2][k].fill.ids);
  }
}

TEST_CASE("one beam is the chain of best words from left to right", "[task]") {
  const FillJob job = job_of({kMask, kMask, 2});
  const auto first = logits_of(job.ids, 0);
  const std::int32_t a = LogSoftmax(first).top(1)[0];
  const Ids filled{a, kMask, 2};
  const auto second = logits_of(filled, 1);
  const std::int32_t b = LogSoftmax(second).top(1)[0];
  const auto result = run({job}, Masks::beam, 1)[0];
  REQUIRE(result[0].size() == 1);
  CHECK(result[0][0].fill.ids == Ids{a});
  CHECK(result[1][0].fill.ids == Ids{b});
  CHECK(result[1][0].logprob == Approx(logprob(job.ids, 0, a) + logprob(filled, 1, b)));
}

TEST_CASE("greedy filling takes the surest mask first and looks again", "[task]") {
  for (std::int32_t seed = 1; seed < 6; ++seed) {
    const FillJob job = job_of({seed, kMask, 2, kMask, kMask});
    Ids ids = job.ids;
    std::vector<std::size_t> left = job.masks;
    std::map<std::size_t, std::pair<std::int32_t, double>> expected;
    while (!left.empty()) {
      std::pair<double, std::size_t> best{-1e9, 0};
      std::int32_t word = 0;
      for (const std::size_t place : left) {
        const auto logits = logits_of(ids, place);
        const std::int32_t id = LogSoftmax(logits).top(1)[0];
        if (LogSoftmax(logits)[id] > best.first) best = {LogSoftmax(logits)[id], place}, word = id;
      }
      expected[best.second] = {word, best.first};
      ids[best.second] = word;
      left.erase(std::find(left.begin(), left.end(), best.second));
    }
    const auto result = run({job}, Masks::greedy, 4)[0];
    for (std::size_t m = 0; m < 3; ++m) {
      REQUIRE(result[m].size() == 4);
      CHECK(result[m][0].fill.ids == Ids{expected[job.masks[m]].first});
      CHECK(result[m][0].logprob == Approx(expected[job.masks[m]].second));
      for (std::size_t other = 0; other < 3; ++other) {
        CHECK(result[m][2].beside[other].ids == Ids{expected[job.masks[other]].first});
      }
    }
  }
}

TEST_CASE("targets of several pieces take as many masks and follow the chain rule", "[task]") {
  FillJob job = job_of({3, kMask, 4});
  job.targets[0] = {{5}, {1, 2}, {1, 4}, {2, 2, 3}, {1}};
  FillRules rules;
  Scorer scorer;
  const auto result = fill(std::vector{job}, rules, scorer.function())[0][0];
  REQUIRE(result.size() == 5);
  std::map<int, double> expected{
      {0, logprob(job.ids, 1, 5)},
      {1, logprob({3, 0, 0, 4}, 1, 1) + logprob({3, 1, 0, 4}, 2, 2)},
      {2, logprob({3, 0, 0, 4}, 1, 1) + logprob({3, 1, 0, 4}, 2, 4)},
      {3, logprob({3, 0, 0, 0, 4}, 1, 2) + logprob({3, 2, 0, 0, 4}, 2, 2) +
              logprob({3, 2, 2, 0, 4}, 3, 3)},
      {4, logprob(job.ids, 1, 1)}};
  for (const Choice& choice : result) {
    CAPTURE(choice.fill.target);
    CHECK(choice.logprob == Approx(expected.at(choice.fill.target)));
    CHECK(choice.rank.has_value() == (choice.fill.ids.size() == 1));
    CHECK(choice.fill.ids == job.targets[0][static_cast<std::size_t>(choice.fill.target)]);
  }
  CHECK(std::is_sorted(result.begin(), result.end(),
                       [](auto& a, auto& b) { return a.logprob > b.logprob; }));
  // One pass for the short ones, two for those of two pieces (they begin alike), three for three.
  CHECK(scorer.positions == 6);
}

TEST_CASE("beams and greedy filling choose among targets of unequal length", "[task]") {
  FillJob job = job_of({kMask, 3, kMask});
  job.targets = {{{5}, {1, 2}}, {{4}, {2, 1}}};
  const auto beams = run({job}, Masks::beam, 4)[0];
  REQUIRE(beams[0].size() == 4);
  for (std::size_t k = 0; k < 4; ++k) {
    const Ids& a = beams[0][k].fill.ids;
    const Ids& b = beams[1][k].fill.ids;
    Ids ids = a.size() == 1 ? Ids{kMask, 3, kMask} : Ids{kMask, kMask, 3, kMask};
    double sum = 0;
    for (std::size_t piece = 0; piece < a.size(); ++piece) {
      sum += logprob(ids, piece, a[piece]);
      ids[piece] = a[piece];
    }
    if (b.size() == 2) ids.push_back(kMask);
    for (std::size_t piece = 0; piece < b.size(); ++piece) {
      sum += logprob(ids, a.size() + 1 + piece, b[piece]);
      ids[a.size() + 1 + piece] = b[piece];
    }
    CHECK(beams[0][k].logprob == Approx(sum));
  }
  const auto greedy = run({job}, Masks::greedy, 1)[0];
  CHECK(greedy[0].size() == 2);  // all targets are told
  CHECK(greedy[1].size() == 2);
}

TEST_CASE("a text's fills do not depend on the texts beside it", "[task]") {
  const std::vector<FillJob> jobs{job_of({1, kMask}), job_of({kMask, kMask, 3, kMask}),
                                  job_of({4, 4, 4}), job_of({kMask, 2, kMask})};
  for (const Masks masks : {Masks::independent, Masks::greedy, Masks::beam}) {
    const auto together = run(jobs, masks, 3);
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      const auto alone = run({jobs[j]}, masks, 3)[0];
      REQUIRE(together[j].size() == alone.size());
      for (std::size_t m = 0; m < alone.size(); ++m) {
        for (std::size_t k = 0; k < alone[m].size(); ++k) {
          CHECK(together[j][m][k].fill.ids == alone[m][k].fill.ids);
          CHECK(together[j][m][k].logprob == alone[m][k].logprob);
        }
      }
    }
  }
}

TEST_CASE("rows of the vocabulary without a token are passed over", "[task]") {
  const FillJob job = job_of({2, kMask});
  FillRules rules;
  rules.top = 3;
  rules.usable = [](std::int32_t id) { return id % 2 == 1; };
  Scorer scorer;
  const auto result = fill(std::vector{job}, rules, scorer.function())[0][0];
  REQUIRE(result.size() == 3);
  for (const Choice& choice : result) CHECK(choice.fill.ids[0] % 2 == 1);
  rules.top = 5;
  CHECK(fill(std::vector{job}, rules, scorer.function())[0][0].size() == 3);
}
