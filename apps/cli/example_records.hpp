// Records of tokens as examples to learn from, or to be measured by.
#pragma once
#include "cli/input.hpp"
#include "cli/record.hpp"
#include "tokenizer/tokenizer.hpp"
#include "train/data/example.hpp"

namespace nlp::cli {

// The `ids` of a record with `type_ids`, `special` and `labels` as far as it has them: what
// `nlp tokenize | nlp mask --probability 0.15` writes.  Labels below 0 become mask::kIgnored.
// Words are told by the vocabulary's mark of a continuing piece.
// Throws Error{data} where members differ in length, or an id or label is not in the vocabulary.
train::Example example_of(const Record& record, const tokenizer::Tokenizer& tokenizer);

// The records of all input files, once.
class ExampleRecords {
 public:
  // Both must outlive it.  The options must have read_ids() called.
  ExampleRecords(const InputOptions& options, const tokenizer::Tokenizer& tokenizer)
      : input_(options), options_(options), tokenizer_(tokenizer) {}

  // False at the end.  Throws Error{data} `FILE:LINE: what; what to do`.
  bool next(train::Example& dst);

 private:
  Input input_;
  const InputOptions& options_;
  const tokenizer::Tokenizer& tokenizer_;
};

}  // namespace nlp::cli
