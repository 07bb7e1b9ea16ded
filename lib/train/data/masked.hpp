// Sequences masked anew each time they are seen.
// Source: dynamic masking, Liu et al. 2019 (RoBERTa), arXiv:1907.11692, section 4.1.
#pragma once
#include <cstdint>
#include <vector>

#include "mask/tokens.hpp"
#include "tokenizer/tokenizer.hpp"
#include "train/data/example.hpp"

namespace nlp::train {

class Masker {
 public:
  // Throws Error{model} for a tokenizer without mask token; else as mask::TokenMasker.
  Masker(const tokenizer::Tokenizer& tokenizer, const mask::Policy& policy);

  // Masks ids in place and fills labels.  Neither tokens of the template nor special ones are
  // masked.  number: how many examples came before, over all epochs; the result depends on it, the
  // policy and the example alone.  From any thread.
  void operator()(Example& example, std::uint64_t number) const;

 private:
  std::vector<std::uint8_t> special_;  // [V]
  mask::TokenMasker masker_;
};

}  // namespace nlp::train
