// A checkpoint's rules of what its decoder may write next.
// Source: generation_config.json; the reference's logits processors, in its order.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "model/generation_config.hpp"

namespace nlp::task {

class TokenRules {
 public:
  TokenRules(model::GenerationConfig rules, std::int64_t max_new_tokens)
      : rules_(std::move(rules)), max_new_tokens_(max_new_tokens) {}

  // See NextScores.
  void operator()(std::span<const float> logits, std::span<const std::int32_t> written,
                  std::span<double> scores) const;

 private:
  void forbid_repeats(std::span<const std::int32_t> context, std::span<double> scores) const;
  void forbid_bad_words(std::span<const std::int32_t> context, std::span<double> scores) const;

  model::GenerationConfig rules_;
  std::int64_t max_new_tokens_;
};

}  // namespace nlp::task
