// Which tokens a masked language model has to guess, and what it sees in their place.
// Legend: T tokens of one record.
// Sources: Devlin et al. 2018, arXiv:1810.04805, section 3.1 and appendix C.2 (15 %, 80/10/10;
// whole words: the note on BERT's later release); Joshi et al. 2019, arXiv:1907.10529, section 3.1
// (spans).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"

namespace nlp::mask {

// The label of a token that is not to be guessed.
inline constexpr std::int32_t kIgnored = -100;

// Spans: lengths in words, P(length) proportional to p (1 - p)^(length - 1) for 1 .. kSpanLongest.
// Their mean is 3.8 words.
inline constexpr double kSpanProbability = 0.2;
inline constexpr int kSpanLongest = 10;

struct Policy {
  enum class Unit {
    token,  // each token by itself
    word,   // all pieces of a word or none
    span,   // runs of whole words; one decision mask/random/keep for a run
  };
  Unit unit = Unit::token;
  double probability = 0.15;  // expected share of maskable tokens that are chosen
  double keep = 0.1;          // of these: share that stays as it is
  double random = 0.1;        // of these: share that becomes a random token; the rest is masked
  std::uint64_t seed = 0;
};

struct MaskedTokens {
  std::vector<std::int32_t> ids;     // [T]
  std::vector<std::int32_t> labels;  // [T]: the former id of a chosen token, else kIgnored
};

class TokenMasker {
 public:
  // `random_ids` is what a random token is drawn from; see mask/vocabulary.hpp.
  // Throws Error{usage} for shares outside [0, 1], or keep + random above 1.
  TokenMasker(const Policy& policy, std::int32_t mask_id, std::vector<std::int32_t> random_ids);

  // ids [T]; maskable [T]: 0 for tokens that are never chosen; words [T]: neighbours with the same
  // number are pieces of one word.  `record` counts the records of the whole input: the result
  // depends on it, the seed and the arguments only.
  MaskedTokens operator()(std::span<const std::int32_t> ids, std::span<const std::uint8_t> maskable,
                          std::span<const std::int32_t> words, std::uint64_t record) const;

 private:
  void replace(std::size_t token, double action, const Random& random, MaskedTokens& dst) const;
  void mask_words(std::span<const std::uint8_t> maskable, std::span<const std::int32_t> words,
                  const Random& random, MaskedTokens& dst) const;
  void mask_spans(std::span<const std::uint8_t> maskable, std::span<const std::int32_t> words,
                  const Random& random, MaskedTokens& dst) const;

  Policy policy_;
  std::int32_t mask_id_;
  std::vector<std::int32_t> random_ids_;
};

}  // namespace nlp::mask
