// What nlp mask has hidden in a record.
#pragma once
#include <string>
#include <vector>

#include "cli/record.hpp"
#include "text/offsets.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::cli {

// The words of `masked`, of a record of plain text; the tokens that have labels, of a token record:
// as the vocabulary of `tokenizer` spells them, or without one (nullptr) the parts of the text that
// they stand for, their offsets counted in `unit`.
// Throws Error{data} `FILE:LINE: what; what to do`.
std::vector<std::string> masked_words(const Record& record, const tokenizer::Tokenizer* tokenizer,
                                      text::Unit unit);

}  // namespace nlp::cli
