#include "mask/tokens.hpp"

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "support/catch.hpp"

using nlp::mask::kIgnored;
using nlp::mask::MaskedTokens;
using nlp::mask::Policy;
using nlp::mask::TokenMasker;

namespace {

constexpr std::int32_t kMask = 4;

// A record of `tokens` tokens between two special ones, in words of 1, 2, 3, 1, 2, 3 … pieces.
struct Record {
  std::vector<std::int32_t> ids;
  std::vector<std::uint8_t> maskable;
  std::vector<std::int32_t> words;

  explicit Record(int tokens) {
    ids = {2};
    maskable = {0};
    words = {-1};
    int word = 0;
    for (int t = 0, left = 1; t < tokens; ++t) {
      ids.push_back(100 + t % 500);
      maskable.push_back(1);
      words.push_back(word);
      if (--left == 0) left = ++word % 3 + 1;
    }
    ids.push_back(3);
    maskable.push_back(0);
    words.push_back(-1);
  }
};

std::vector<std::int32_t> vocabulary() {
  std::vector<std::int32_t> ids(600);
  std::iota(ids.begin(), ids.end(), 5);
  return ids;
}

struct Counts {
  int tokens = 0, chosen = 0, masked = 0, kept = 0, random = 0;
};

// Masks `records` records; requires what every policy promises.
Counts count(const Policy& policy, int records, int tokens) {
  const TokenMasker masker(policy, kMask, vocabulary());
  const Record record(tokens);
  Counts counts;
  for (int r = 0; r < records; ++r) {
    const MaskedTokens result =
        masker(record.ids, record.maskable, record.words, static_cast<std::uint64_t>(r));
    REQUIRE(result.ids.size() == record.ids.size());
    REQUIRE(result.labels.size() == record.ids.size());
    bool sound = true;
    for (std::size_t t = 0; t < record.ids.size(); ++t) {
      counts.tokens += record.maskable[t];
      if (result.labels[t] == kIgnored) {
        sound = sound && result.ids[t] == record.ids[t];
        continue;
      }
      sound = sound && record.maskable[t] && result.labels[t] == record.ids[t];
      ++counts.chosen;
      if (result.ids[t] == kMask) {
        ++counts.masked;
      } else if (result.ids[t] == record.ids[t]) {
        ++counts.kept;
      } else {
        sound = sound && result.ids[t] >= 5 && result.ids[t] < 605;
        ++counts.random;
      }
    }
    REQUIRE(sound);
  }
  return counts;
}

double share(int part, int whole) { return static_cast<double>(part) / whole; }

Policy policy_of(Policy::Unit unit) {
  Policy policy;
  policy.unit = unit;
  policy.seed = 20;
  return policy;
}

}  // namespace

TEST_CASE("15 % of the tokens are chosen and split 80/10/10, whatever the unit", "[mask]") {
  for (const auto unit : {Policy::Unit::token, Policy::Unit::word, Policy::Unit::span}) {
    CAPTURE(static_cast<int>(unit));
    const Counts counts = count(policy_of(unit), 2000, 60);
    CHECK(share(counts.chosen, counts.tokens) == Approx(0.15).margin(0.005));
    CHECK(share(counts.masked, counts.chosen) == Approx(0.8).margin(0.02));
    CHECK(share(counts.kept, counts.chosen) == Approx(0.1).margin(0.015));
    CHECK(share(counts.random, counts.chosen) == Approx(0.1).margin(0.015));
  }
}

TEST_CASE("spans keep the expected share in short records too", "[mask]") {
  const Counts counts = count(policy_of(Policy::Unit::span), 20000, 7);
  CHECK(share(counts.chosen, counts.tokens) == Approx(0.15).margin(0.005));
}

TEST_CASE("probability 0 chooses nothing and probability 1 everything", "[mask]") {
  for (const auto unit : {Policy::Unit::token, Policy::Unit::word, Policy::Unit::span}) {
    Policy policy = policy_of(unit);
    policy.probability = 0;
    CHECK(count(policy, 20, 50).chosen == 0);
    policy.probability = 1;
    policy.keep = policy.random = 0;
    const Counts counts = count(policy, 20, 50);
    CHECK(counts.masked == counts.tokens);
    policy.keep = 1;
    CHECK(count(policy, 20, 50).kept == counts.tokens);
  }
}

TEST_CASE("whole words and spans never leave a word half chosen", "[mask]") {
  const Record record(80);
  for (const auto unit : {Policy::Unit::word, Policy::Unit::span}) {
    Policy policy = policy_of(unit);
    policy.probability = 0.4;
    const TokenMasker masker(policy, kMask, vocabulary());
    bool whole = true;
    for (std::uint64_t r = 0; r < 300; ++r) {
      const MaskedTokens result = masker(record.ids, record.maskable, record.words, r);
      for (std::size_t t = 1; t < record.ids.size(); ++t) {
        if (record.words[t] == record.words[t - 1] && record.words[t] >= 0) {
          whole = whole && (result.labels[t] == kIgnored) == (result.labels[t - 1] == kIgnored);
        }
      }
    }
    CHECK(whole);
  }
}

TEST_CASE("spans have the lengths of a truncated geometric distribution", "[mask]") {
  // Long records of one-piece words with few spans, so that spans seldom touch.
  Policy policy = policy_of(Policy::Unit::span);
  policy.probability = 0.02;
  policy.keep = policy.random = 0;
  const TokenMasker masker(policy, kMask, vocabulary());
  std::vector<std::int32_t> ids(2000, 100), words(2000);
  std::iota(words.begin(), words.end(), 0);
  const std::vector<std::uint8_t> maskable(2000, 1);
  int runs = 0, ones = 0, longest = 0;
  double total = 0;
  for (std::uint64_t r = 0; r < 400; ++r) {
    const MaskedTokens result = masker(ids, maskable, words, r);
    for (std::size_t t = 0; t < ids.size();) {
      int length = 0;
      while (t < ids.size() && result.labels[t] != kIgnored) ++length, ++t;
      if (length > 0)
        ++runs, total += length, ones += length == 1, longest = std::max(longest, length);
      ++t;
    }
  }
  // Mean 3.8 and P(1) = 0.224 by the paper; touching spans and the cut last one move both a little.
  CHECK(total / runs == Approx(3.8).margin(0.25));
  CHECK(share(ones, runs) == Approx(0.224).margin(0.03));
  CHECK(longest >= 10);
}

TEST_CASE("a span is masked, kept or replaced as one", "[mask]") {
  Policy policy = policy_of(Policy::Unit::span);
  policy.probability = 0.05;
  policy.keep = 0.5;
  policy.random = 0;
  const TokenMasker masker(policy, kMask, vocabulary());
  std::vector<std::int32_t> ids(400, 100), words(400);
  std::iota(words.begin(), words.end(), 0);
  const std::vector<std::uint8_t> maskable(400, 1);
  int same = 0, differs = 0;
  for (std::uint64_t r = 0; r < 200; ++r) {
    const MaskedTokens result = masker(ids, maskable, words, r);
    for (std::size_t t = 1; t < ids.size(); ++t) {
      if (result.labels[t] == kIgnored || result.labels[t - 1] == kIgnored) continue;
      ++(result.ids[t] == result.ids[t - 1] ? same : differs);
    }
  }
  CHECK(same > 10 * differs);  // only spans that touch may differ
}

TEST_CASE("masks depend on seed and record number only", "[mask]") {
  const Record record(60);
  const TokenMasker masker(policy_of(Policy::Unit::token), kMask, vocabulary());
  const auto labels = [&](std::uint64_t r) {
    return masker(record.ids, record.maskable, record.words, r).labels;
  };
  const auto seventh = labels(7);
  labels(8);
  CHECK(labels(7) == seventh);
  CHECK(labels(8) != seventh);
  Policy other = policy_of(Policy::Unit::token);
  ++other.seed;
  CHECK(TokenMasker(other, kMask, vocabulary())(record.ids, record.maskable, record.words, 7)
            .labels != seventh);
}

TEST_CASE("shares that make no sense are refused", "[mask]") {
  for (const auto& [probability, keep, random] : {std::array{1.5, 0.1, 0.1},
                                                  {-0.1, 0.1, 0.1},
                                                  {0.15, 0.6, 0.6},
                                                  {0.15, -1.0, 0.1},
                                                  {0.15, 0.1, 2.0}}) {
    Policy policy;
    policy.probability = probability;
    policy.keep = keep;
    policy.random = random;
    CHECK_THROWS_AS(TokenMasker(policy, kMask, vocabulary()), nlp::Error);
  }
  CHECK_THROWS_AS(TokenMasker(Policy{}, kMask, {}), nlp::Error);
}

TEST_CASE("an empty record stays empty", "[mask]") {
  for (const auto unit : {Policy::Unit::token, Policy::Unit::word, Policy::Unit::span}) {
    const MaskedTokens result = TokenMasker(policy_of(unit), kMask, vocabulary())({}, {}, {}, 0);
    CHECK(result.ids.empty());
    CHECK(result.labels.empty());
  }
}
