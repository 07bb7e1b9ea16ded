// Token records on their way through the model: cut, if need be, with all their lists.
#pragma once
#include <vector>

#include "cli/record.hpp"
#include "cli/reply.hpp"
#include "cli/token_record.hpp"
#include "task/inputs.hpp"

namespace nlp::cli {

struct StageTokens {
  tokenizer::Encoding encoding;  // what is left of it
  task::SplitInput input;
  bool given = false;             // the record had tokens already
  std::vector<std::size_t> kept;  // of a given record that was cut: the tokens that are left
};

// The tokens of a record, as model inputs of at most `limit` tokens.  Throws as split_input does.
StageTokens stage_tokens(const Record& record, const tokenizer::Tokenizer& tokenizer,
                         std::int64_t limit, const task::FitOptions& options);

// Puts what a token record has: anew for plain text; only what was cut for a given one, whose other
// members follow by themselves.
void put_stage_tokens(Reply& reply, const Record& record, const StageTokens& tokens,
                      const tokenizer::Tokenizer& tokenizer, text::Unit unit);

}  // namespace nlp::cli
