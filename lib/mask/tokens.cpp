#include "mask/tokens.hpp"

#include <fmt/core.h>

#include <cmath>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace nlp::mask {
namespace {

// Lanes of the draws at one place.
enum Lane : std::uint32_t { kChoose, kAction, kToken, kStart, kLength, kFit };

std::uint32_t place(std::size_t index) { return static_cast<std::uint32_t>(index); }

void check_share(double share, const char* option) {
  if (!(share >= 0 && share <= 1)) {
    throw Error(Kind::usage,
                fmt::format("{}: a share (expected 0 to 1, got {}); give another", option, share));
  }
}

// The length of a span in words, for a uniform draw.
int span_length(double draw) {
  const double stay = 1 - kSpanProbability;
  double left = draw * (1 - std::pow(stay, kSpanLongest));
  double weight = kSpanProbability;
  int length = 1;
  while (length < kSpanLongest && left >= weight) {
    left -= weight;
    weight *= stay;
    ++length;
  }
  return length;
}

// A word: the tokens [first, last), of which `size` may be masked.
struct Word {
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t size = 0;
};

std::vector<Word> gather(std::span<const std::uint8_t> maskable,
                         std::span<const std::int32_t> words) {
  std::vector<Word> result;
  for (std::size_t t = 0; t < words.size();) {
    Word word{t, t, 0};
    for (; word.last < words.size() && words[word.last] == words[t]; ++word.last) {
      word.size += maskable[word.last] != 0;
    }
    t = word.last;
    if (word.size > 0) result.push_back(word);
  }
  return result;
}

}  // namespace

TokenMasker::TokenMasker(const Policy& policy, std::int32_t mask_id,
                         std::vector<std::int32_t> random_ids)
    : policy_(policy), mask_id_(mask_id), random_ids_(std::move(random_ids)) {
  check_share(policy.probability, "--probability");
  check_share(policy.keep, "--keep");
  check_share(policy.random, "--random");
  if (policy.keep + policy.random > 1) {
    throw Error(Kind::usage,
                fmt::format("--keep and --random: shares of the chosen tokens (expected "
                            "a sum of 1 at most, got {}); lower one",
                            policy.keep + policy.random));
  }
  if (policy.random > 0 && random_ids_.empty()) {
    throw Error(Kind::model,
                "vocabulary: no ordinary token to draw random tokens from; use --random 0");
  }
}

MaskedTokens TokenMasker::operator()(std::span<const std::int32_t> ids,
                                     std::span<const std::uint8_t> maskable,
                                     std::span<const std::int32_t> words,
                                     std::uint64_t record) const {
  if (maskable.size() != ids.size() ||
      (policy_.unit != Policy::Unit::token && words.size() != ids.size())) {
    throw Error(Kind::internal, "mask: maskable and words need an entry a token");
  }
  const Random random(policy_.seed, record);
  MaskedTokens result{{ids.begin(), ids.end()}, std::vector<std::int32_t>(ids.size(), kIgnored)};
  switch (policy_.unit) {
    case Policy::Unit::token:
      for (std::size_t t = 0; t < ids.size(); ++t) {
        if (maskable[t] && random.uniform(place(t), kChoose) < policy_.probability) {
          replace(t, random.uniform(place(t), kAction), random, result);
        }
      }
      break;
    case Policy::Unit::word:
      mask_words(maskable, words, random, result);
      break;
    case Policy::Unit::span:
      mask_spans(maskable, words, random, result);
      break;
  }
  return result;
}

void TokenMasker::replace(std::size_t token, double action, const Random& random,
                          MaskedTokens& dst) const {
  dst.labels[token] = dst.ids[token];
  if (action < policy_.keep) return;
  if (action < policy_.keep + policy_.random) {
    const auto count = static_cast<std::uint32_t>(random_ids_.size());
    dst.ids[token] = random_ids_[random.below(count, place(token), kToken)];
  } else {
    dst.ids[token] = mask_id_;
  }
}

void TokenMasker::mask_words(std::span<const std::uint8_t> maskable,
                             std::span<const std::int32_t> words, const Random& random,
                             MaskedTokens& dst) const {
  for (const Word& word : gather(maskable, words)) {
    if (random.uniform(place(word.first), kChoose) >= policy_.probability) continue;
    for (std::size_t t = word.first; t < word.last; ++t) {
      if (maskable[t]) replace(t, random.uniform(place(t), kAction), random, dst);
    }
  }
}

void TokenMasker::mask_spans(std::span<const std::uint8_t> maskable,
                             std::span<const std::int32_t> words, const Random& random,
                             MaskedTokens& dst) const {
  const std::vector<Word> all = gather(maskable, words);
  std::size_t tokens = 0;
  for (const Word& word : all) tokens += word.size;

  double budget = policy_.probability * static_cast<double>(tokens);
  std::vector<bool> taken(all.size(), false);
  std::size_t free = all.size();
  for (std::uint32_t attempt = 0; free > 0 && budget > 0; ++attempt) {
    std::size_t w = random.below(place(all.size()), attempt, kStart);
    if (taken[w]) continue;
    const double action = random.uniform(place(all[w].first), kAction);
    int length = span_length(random.uniform(attempt, kLength));
    for (; length > 0 && w < all.size() && !taken[w]; --length, ++w) {
      // The word that would overrun the budget is taken with the probability that makes the
      // expected share exact; whole words are never cut.
      const auto size = static_cast<double>(all[w].size);
      if (size > budget && random.uniform(place(all[w].first), kFit) * size >= budget) {
        budget = 0;
        break;
      }
      budget -= size;
      taken[w] = true;
      --free;
      for (std::size_t t = all[w].first; t < all[w].last; ++t) {
        if (maskable[t]) replace(t, action, random, dst);
      }
      // A span does not jump over tokens that are never masked.
      if (w + 1 < all.size() && all[w + 1].first != all[w].last) break;
    }
  }
}

}  // namespace nlp::mask
