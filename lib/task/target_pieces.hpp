// The tokens of a word that is to stand at a certain place of a text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/span.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

// `target` tokenised in the place of `span` of `text` (valid UTF-8), so that after a space it is
// the word that RoBERTa knows; by itself where it grows together with its neighbours there.  Never
// empty. Throws Error{data} where it has no pieces but the unknown token.
std::vector<std::int32_t> target_pieces(const tokenizer::Tokenizer& tokenizer,
                                        std::string_view text, text::Span span,
                                        const std::string& target);

// `text` with `by` in the place of `span`.
std::string replaced(std::string_view text, text::Span span, std::string_view by);

}  // namespace nlp::task
