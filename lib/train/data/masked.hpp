// Sequences masked anew each time they are seen.
// Source: dynamic masking, Liu et al. 2019 (RoBERTa), arXiv:1907.11692, section 4.1.
#pragma once
#include <cstdint>
#include <vector>

#include "mask/tokens.hpp"
#include "tokenizer/tokenizer.hpp"
#include "train/data/example.hpp"

namespace nlp::train {

// [V]: the chances with which frequent words give way to rare ones: sqrt(threshold / share), at
// most one.  shares [V]: of the text; threshold > 0. Source: Mikolov et al. 2013, arXiv:1310.4546,
// section 2.3.
std::vector<double> subsampling(std::vector<double> shares, double threshold);

class Masker {
 public:
  // Throws Error{model} for a tokenizer without mask token; else as mask::TokenMasker.
  // chances [V]: with which a token may be chosen at all; empty: all may.
  Masker(const tokenizer::Tokenizer& tokenizer, const mask::Policy& policy,
         std::vector<double> chances = {});

  // Masks ids in place and fills labels.  Neither tokens of the template nor special ones are
  // masked.  number: how many examples came before, over all epochs; the result depends on it, the
  // policy and the example alone.  From any thread.
  void operator()(Example& example, std::uint64_t number) const;

 private:
  std::vector<std::uint8_t> special_;  // [V]
  std::vector<double> chances_;        // [V], or empty
  std::uint64_t seed_;
  mask::TokenMasker masker_;
};

}  // namespace nlp::train
