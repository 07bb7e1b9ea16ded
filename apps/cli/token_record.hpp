// Token records: what `nlp tokenize` writes and the other stages read.
#pragma once
#include "cli/record.hpp"
#include "cli/value_writer.hpp"
#include "text/offsets.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::cli {

// The tokens of a record's text and pair, with the template or without.
tokenizer::Encoding encode(const tokenizer::Tokenizer& tokenizer, const Record& record,
                           bool special = true);

// Whether the record holds tokens already.
inline bool has_tokens(const Record& record) { return record.has("ids"); }

// The tokens that a record holds: ids, and type_ids and special where they are there.  What the
// record does not tell (offsets, words) is left empty.
// Throws Error{data} where the members differ in length or an id is not in the vocabulary.
tokenizer::Encoding read_tokens(const Record& record, const tokenizer::Tokenizer& tokenizer);

// Either of the two.
tokenizer::Encoding tokens_of(const tokenizer::Tokenizer& tokenizer, const Record& record);

// Puts text, pair, tokens (as `surfaces` has them), ids, offsets, type_ids and special.
void put_tokens(ValueWriter& writer, const Record& record, const tokenizer::Encoding& encoding,
                const std::vector<std::string>& surfaces, text::Unit unit);

// Puts text and pair as far as the record has them.
void put_texts(ValueWriter& writer, const Record& record);

}  // namespace nlp::cli
