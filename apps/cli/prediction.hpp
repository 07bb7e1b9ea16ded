// What `nlp predict` says of a record.
// Legend: T tokens, V vocabulary, C labels.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "cli/array_sink.hpp"
#include "cli/record.hpp"
#include "cli/reply.hpp"
#include "cli/stage_tokens.hpp"
#include "model/config.hpp"
#include "task/predict.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::cli {

// The tokens whose words a masked language model is asked for: the masks, those with a label, or
// all.
struct WantedRows {
  WantedRows(const Record& record, const StageTokens& tokens, const tokenizer::Tokenizer& tokenizer,
             bool all);

  std::vector<std::int64_t> rows;        // ascending
  std::vector<std::size_t> masks;        // indices into rows
  std::vector<std::int32_t> labels;      // of the record, for the tokens that are left; or empty
  std::vector<std::int32_t> row_labels;  // of rows; -100 where there is none
};

// predictions, classes, label and score, start_logits and end_logits, next_sentence; and loss.
void put_predictions(ValueWriter& writer, std::span<const task::HeadLogits> heads,
                     const WantedRows& wanted, const model::Config& config,
                     const tokenizer::Tokenizer& tokenizer, std::size_t top);

// The same for people, an empty line behind each record.
void write_predictions(Reply& reply, std::span<const task::HeadLogits> heads,
                       const WantedRows& wanted, const model::Config& config,
                       const tokenizer::Tokenizer& tokenizer, std::size_t top);

// The arrays of npz.
std::vector<ArrayKind> prediction_kinds(std::span<const model::Head> heads,
                                        const model::Config& config);
RecordArrays prediction_arrays(std::span<const task::HeadLogits> heads, std::int64_t rows);

}  // namespace nlp::cli
