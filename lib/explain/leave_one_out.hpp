// A token's weight is what the result loses where another token stands in its place.
// Source: Li, Monroe, Jurafsky 2016, arXiv:1612.08220, equation 1 (the difference of
// log-likelihoods, not divided by the first).
#pragma once
#include <cstdint>

#include "explain/subject.hpp"
#include "explain/weights.hpp"

namespace nlp::explain {

// What stands in a token's place: [MASK], else the unknown token.
// Throws Error{model} where the tokenizer has neither.
std::int32_t placeholder(const tokenizer::Tokenizer& tokenizer);

// As many forward passes as there are tokens, packed up to `batch_tokens` at once.
Weights leave_one_out(const model::Model& model, const Subject& subject, std::int32_t placeholder,
                      std::int64_t batch_tokens, model::Workspace& workspace);

}  // namespace nlp::explain
