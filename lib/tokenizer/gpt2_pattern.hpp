// The pattern that GPT-2 and its heirs (RoBERTa, ModernBERT) split by, without Oniguruma.
#pragma once
#include "tokenizer/pattern.hpp"

namespace nlp::tokenizer {

// The matches of kGpt2Pattern, in linear time.  They cover the text.
class Gpt2Pattern final : public Pattern {
 public:
  void find(std::string_view text, std::vector<Match>& dst) const override;
};

// The end of the match that starts at byte `from`.
std::size_t gpt2_word_end(std::string_view text, std::size_t from);

}  // namespace nlp::tokenizer
