// Tokens as people read them beside a picture.
#pragma once
#include <string>
#include <vector>

#include "cli/record.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::cli {

// One for each token, displayable(): as the vocabulary spells it; where that spells bytes, and not
// ASCII, the part of the text that it stands for, behind the `Ġ` that opens a word.
std::vector<std::string> token_labels(const tokenizer::Tokenizer& tokenizer,
                                      const tokenizer::Encoding& encoding, const Record& record);

}  // namespace nlp::cli
