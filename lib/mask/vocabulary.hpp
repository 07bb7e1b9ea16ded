// What random tokens are drawn from.
#pragma once
#include <cstdint>
#include <vector>

#include "tokenizer/tokenizer.hpp"

namespace nlp::mask {

// All ids of the vocabulary that name a token and are no special tokens, ascending.
std::vector<std::int32_t> ordinary_ids(const tokenizer::Tokenizer& tokenizer);

}  // namespace nlp::mask
