#include "task/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace nlp::task {
namespace {

using tokenizer::Encoding;

struct Segment {
  std::int64_t first = 0, last = 0;
  std::int64_t size() const { return last - first; }
};

// The tokens of a text of the encoding; they follow each other.
Segment segment_of(const Encoding& encoding, std::int8_t sequence) {
  const auto begin = encoding.sequence.begin(), end = encoding.sequence.end();
  const auto first = std::find(begin, end, sequence);
  if (first == end) return {};
  const auto last =
      std::find(std::make_reverse_iterator(end), std::make_reverse_iterator(first), sequence)
          .base();
  return {first - begin, last - begin};
}

template <class Vector>
void erase_part(Vector& values, Segment part) {
  if (!values.empty()) values.erase(values.begin() + part.first, values.begin() + part.last);
}

void cut(Encoding& encoding, Segment part) {
  erase_part(encoding.ids, part);
  erase_part(encoding.type_ids, part);
  erase_part(encoding.offsets, part);
  erase_part(encoding.words, part);
  erase_part(encoding.sequence, part);
  erase_part(encoding.special, part);
  std::erase_if(encoding.matched, [&](const tokenizer::Matched& matched) {
    return matched.token >= part.first && matched.token < part.last;
  });
  for (auto& matched : encoding.matched)
    if (matched.token >= part.last) matched.token -= static_cast<std::uint32_t>(part.size());
}

// The tokens before the segment, a window of it, the tokens behind it.
InputPiece make_piece(const Encoding& encoding, Segment segment, const Window& window,
                      Merge merge) {
  const auto size = static_cast<std::int64_t>(encoding.size());
  InputPiece piece;
  const auto add = [&](std::int64_t from, std::int64_t to) {
    piece.ids.insert(piece.ids.end(), encoding.ids.begin() + from, encoding.ids.begin() + to);
    piece.type_ids.insert(piece.type_ids.end(), encoding.type_ids.begin() + from,
                          encoding.type_ids.begin() + to);
  };
  add(0, segment.first);
  add(segment.first + window.first, segment.first + window.last);
  const std::int64_t behind = piece.size();
  add(segment.last, size);
  piece.window = window;
  piece.row = segment.first;
  const auto take = [&](std::int64_t src, std::int64_t dst, std::int64_t count) {
    if (count > 0) piece.runs.push_back({src, dst, count});
  };
  // What stands in every window is taken from the outer ones, as a token at the text's ends is.
  if (window.first == 0) take(0, 0, segment.first);
  const bool widest = merge == Merge::widest;
  const std::int64_t first = widest ? window.own_first : window.first,
                     last = widest ? window.own_last : window.last;
  take(segment.first + first - window.first, segment.first + first, last - first);
  if (window.last == segment.size()) take(behind, segment.last, size - segment.last);
  return piece;
}

// The rows of an input before this one get nothing from the pieces behind `piece`.
std::int64_t finished_rows(const SplitInput& input, std::size_t piece) {
  if (piece + 1 == input.pieces.size()) return input.rows;
  return input.pieces[piece + 1].runs.front().dst;
}

// Rows of one text, gathered.
struct Gathered {
  RowMerger merger;
  tensor::Tensor rows;  // [T,H]

  void add(const tensor::Tensor& src, std::int64_t first_row, const SplitInput& input,
           std::size_t piece) {
    if (src.shape().empty()) return;  // not kept
    if (rows.shape().empty()) rows.resize({input.rows, src.shape().at(1)});
    merger.add(src, first_row, input.pieces[piece].runs);
    merger.finish(finished_rows(input, piece), [&](std::int64_t dst, std::span<const float> row) {
      std::ranges::copy(row, rows.row(dst).begin());
    });
  }
};

}  // namespace

std::int64_t input_limit(const model::Model& model, std::optional<std::int64_t> tokenizer_limit,
                         const FitOptions& options) {
  const model::Config& config = model.config();
  const std::int64_t most = std::min(config.max_tokens, tokenizer_limit.value_or(INT64_MAX));
  // Where positions are told apart by distance alone, the tokenizer's limit is a habit.
  const bool is_relative = config.relative_buckets > 0 && config.position_rows == 0;
  if (options.window > (is_relative ? config.max_tokens : most))
    throw Error(Kind::usage, fmt::format("--window: tokens of a model input (expected at most {}, "
                                         "got {}); give another",
                                         most, options.window));
  return options.window > 0 ? options.window : most;
}

SplitInput split_input(Encoding& encoding, std::int64_t limit, const FitOptions& options,
                       WindowedText windowed) {
  const Segment text = segment_of(encoding, 0), pair = segment_of(encoding, 1);
  const bool longer = windowed == WindowedText::longer && pair.size() > text.size();
  Segment segment = windowed == WindowedText::pair || longer ? pair : text;
  auto size = static_cast<std::int64_t>(encoding.size());
  const std::int64_t kept = size - segment.size(), capacity = limit - kept;
  SplitInput input;
  if (size > limit) {
    if (options.fit == Fit::error)
      throw Error(Kind::data,
                  fmt::format("too long a text (expected {} tokens at most, got {}); {}", limit,
                              size, options.advice()));
    if (capacity < 1 && pair.size() > 0)
      throw Error(Kind::data,
                  fmt::format("too long a text (the one of the pair that stands in every window "
                              "leaves no room: it takes {} of {} tokens with the template); "
                              "shorten it",
                              kept, limit));
    if (capacity < 1)
      throw Error(Kind::usage, fmt::format("--window: tokens of a model input (expected more than "
                                           "the template's {}, got {}); give another",
                                           kept, limit));
    if (options.fit == Fit::truncate) {
      cut(encoding, {segment.first + capacity, segment.last});
      segment.last = segment.first + capacity;
      size = limit;
      input.truncated = true;
    }
  }
  input.rows = size;
  input.text_row = segment.first;
  if (size <= limit) {
    input.pieces = {
        make_piece(encoding, segment, {0, segment.size(), 0, segment.size()}, options.merge)};
    return input;
  }
  const std::int64_t overlap = options.overlap < 0 ? capacity / 2 : options.overlap;
  if (overlap >= capacity)
    throw Error(Kind::usage, fmt::format("--overlap: tokens that two windows share (expected less "
                                         "than the {} a window holds, got {}); give fewer",
                                         capacity, overlap));
  for (const Window& window : overlapping_windows(segment.size(), capacity, overlap))
    input.pieces.push_back(make_piece(encoding, segment, window, options.merge));
  return input;
}

double share_of(std::span<const InputPiece> pieces, std::size_t piece) {
  if (pieces.size() == 1) return 1;
  const Window& window = pieces[piece].window;
  return static_cast<double>(window.own_last - window.own_first) /
         static_cast<double>(pieces.back().window.own_last);
}

void run_pieces(const model::Model& model, std::span<const SplitInput> inputs,
                const model::Keep& keep, std::int64_t batch_tokens, model::Workspace& workspace,
                const std::function<void(std::span<const PlacedPiece>, model::Encoded&)>& done) {
  model::Batch batch;
  model::Encoded encoded;
  std::vector<PlacedPiece> places;
  const auto flush = [&] {
    if (places.empty()) return;
    model.encode(batch, keep, workspace, encoded);
    done(places, encoded);
    batch = model::Batch();
    places.clear();
  };
  for (std::size_t k = 0; k < inputs.size(); ++k)
    for (std::size_t p = 0; p < inputs[k].pieces.size(); ++p) {
      const InputPiece& piece = inputs[k].pieces[p];
      if (batch.rows() > 0 && batch.rows() + piece.size() > batch_tokens) flush();
      places.push_back({k, p, batch.rows()});
      batch.add(piece.ids, piece.type_ids);
    }
  flush();
}

void sequence_logits(const model::Model& model, std::span<const PlacedPiece> pieces,
                     const model::Encoded& encoded, model::Workspace& workspace,
                     tensor::Tensor& dst) {
  std::vector<std::int64_t> starts;
  for (const PlacedPiece& piece : pieces) starts.push_back(piece.first_row);
  starts.push_back(encoded.last.rows());
  model.sequence_logits(encoded.last, starts, workspace, dst);
}

void stream_rows(const model::Model& model, std::span<const SplitInput> inputs,
                 std::int64_t batch_tokens, model::Workspace& workspace,
                 const std::function<void(std::size_t, std::int64_t, std::span<const float>)>& row,
                 const std::function<void(std::size_t)>& done) {
  RowMerger merger;  // of the input whose pieces come
  run_pieces(model, inputs, {}, batch_tokens, workspace,
             [&](std::span<const PlacedPiece> places, const model::Encoded& encoded) {
               for (const PlacedPiece& place : places) {
                 const SplitInput& input = inputs[place.input];
                 merger.add(encoded.last, place.first_row, input.pieces[place.piece].runs);
                 merger.finish(finished_rows(input, place.piece),
                               [&](std::int64_t dst, std::span<const float> values) {
                                 row(place.input, dst, values);
                               });
                 if (place.piece + 1 < input.pieces.size()) continue;
                 done(place.input);
                 merger = RowMerger();
               }
             });
}

void run_inputs(const model::Model& model, std::span<const SplitInput> inputs,
                const model::Keep& keep, std::int64_t batch_tokens, model::Workspace& workspace,
                const std::function<void(std::size_t, TextRows&)>& done) {
  Gathered last;  // of the input whose pieces come
  std::vector<Gathered> hidden;
  std::vector<tensor::Tensor> attention;
  run_pieces(model, inputs, keep, batch_tokens, workspace,
             [&](std::span<const PlacedPiece> places, model::Encoded& encoded) {
               for (std::size_t k = 0; k < places.size(); ++k) {
                 const PlacedPiece& place = places[k];
                 const SplitInput& input = inputs[place.input];
                 last.add(encoded.last, place.first_row, input, place.piece);
                 hidden.resize(encoded.hidden.size());
                 for (std::size_t layer = 0; layer < hidden.size(); ++layer)
                   hidden[layer].add(encoded.hidden[layer], place.first_row, input, place.piece);
                 if (input.pieces.size() == 1)
                   for (auto& layer : encoded.attention) attention.push_back(std::move(layer[k]));
                 if (place.piece + 1 < input.pieces.size()) continue;
                 TextRows rows{std::move(last.rows), {}, std::move(attention)};
                 for (Gathered& layer : hidden) rows.hidden.push_back(std::move(layer.rows));
                 done(place.input, rows);
                 last = Gathered();
                 hidden.clear();
                 attention.clear();
               }
             });
}

}  // namespace nlp::task
