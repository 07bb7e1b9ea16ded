// Encodings of any length as model inputs, and the rows of the model put together again: exactly
// one for each token of the encoding.
// Legend: T tokens of an encoding, template included; H hidden; A heads; L layers.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "model/model.hpp"
#include "task/row_merger.hpp"
#include "task/windows.hpp"
#include "tokenizer/encoding.hpp"

namespace nlp::task {

// A model input, made of tokens of an encoding.
struct InputPiece {
  std::vector<std::int32_t> ids, type_ids;
  std::vector<RowRun> runs;  // the rows taken from it; under Merge::average in other pieces, too
  Window window;             // of the text that is read in windows
  std::int64_t row = 0;      // where token `window.first` of that text stands in this input

  std::int64_t size() const { return static_cast<std::int64_t>(ids.size()); }
};

// An encoding as one input, or as several where it is too long.
struct SplitInput {
  std::vector<InputPiece> pieces;  // at least one
  std::int64_t rows = 0;           // T
  std::int64_t text_row = 0;       // where the text read in windows begins in the encoding
  bool truncated = false;          // the encoding was cut
};

// Which text of a pair is read in windows; the other one and the template stand in every window.
enum class WindowedText { longer, text, pair };

// Splits `encoding` into inputs of at most `limit` tokens.  Under Fit::truncate the encoding is cut
// in place, within the text and never in the template.
// Throws Error{data} under Fit::error for a longer one, and where the text that is kept whole
// leaves no room; Error{usage} for a window or an overlap that leave no step.
SplitInput split_input(tokenizer::Encoding& encoding, std::int64_t limit, const FitOptions& options,
                       WindowedText windowed = WindowedText::longer);

// Tokens that an input may have: options.window, or the least of what the model and the tokenizer
// say.  Throws Error{usage} for a window that the model does not take.
std::int64_t input_limit(const model::Model& model, std::optional<std::int64_t> tokenizer_limit,
                         const FitOptions& options);

// The weight of a piece where the pieces of an input are averaged: its part of the tokens that have
// most context in it.  All of them add up to 1.
double share_of(std::span<const InputPiece> pieces, std::size_t piece);

// Where an input lies in a batch.
struct PlacedPiece {
  std::size_t input = 0, piece = 0;  // inputs[input].pieces[piece]
  std::int64_t first_row = 0;        // of the batch
};

// Runs the encoder on all pieces in order, packed up to batch_tokens (or one piece, if that is
// more).  done(pieces, encoded) is called once for each batch.
void run_pieces(const model::Model& model, std::span<const SplitInput> inputs,
                const model::Keep& keep, std::int64_t batch_tokens, model::Workspace& workspace,
                const std::function<void(std::span<const PlacedPiece>, model::Encoded&)>& done);

// dst [pieces,C] <- what the head for whole texts makes of the pieces of a batch, of which no more
// was kept than it needs (Keep.sequence).
void sequence_logits(const model::Model& model, std::span<const PlacedPiece> pieces,
                     const model::Encoded& encoded, model::Workspace& workspace,
                     tensor::Tensor& dst);

// The rows of the model's output, one for each token, in order: row(k, t, values) for token t of
// inputs[k], then done(k).  Memory does not grow with the length of a text.
void stream_rows(const model::Model& model, std::span<const SplitInput> inputs,
                 std::int64_t batch_tokens, model::Workspace& workspace,
                 const std::function<void(std::size_t, std::int64_t, std::span<const float>)>& row,
                 const std::function<void(std::size_t)>& done);

// What the model makes of one encoding.
struct TextRows {
  tensor::Tensor last;                    // [T,H]
  std::vector<tensor::Tensor> hidden;     // [L+1] of [T,H]; those not kept are empty
  std::vector<tensor::Tensor> attention;  // [L] of [A,T,T]; empty where not kept or in windows
};

// The same, with the rows of each encoding put together: done(k, rows) is called once for each
// input, in order.
void run_inputs(const model::Model& model, std::span<const SplitInput> inputs,
                const model::Keep& keep, std::int64_t batch_tokens, model::Workspace& workspace,
                const std::function<void(std::size_t, TextRows&)>& done);

}  // namespace nlp::task
