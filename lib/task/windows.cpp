#include "task/windows.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"

namespace nlp::task {

std::vector<Window> overlapping_windows(std::int64_t tokens, std::int64_t size,
                                        std::int64_t overlap) {
  std::vector<Window> windows{{0, std::min(tokens, size), 0, tokens}};
  while (windows.back().last < tokens) {
    Window& before = windows.back();
    const std::int64_t first = std::min(before.first + size - overlap, tokens - size);
    // A token has as much context as it is away from the nearer end: the middle of what two windows
    // share divides them.
    const std::int64_t middle = (before.last + first + 1) / 2;
    before.own_last = middle;
    windows.push_back({first, first + size, middle, tokens});
  }
  return windows;
}

Fitter::Fitter(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
               const FitOptions& options)
    : options_(options) {
  const std::int64_t special = tokenizer.template_size(false);
  const std::int64_t most =
      std::min(model.config().max_tokens, tokenizer.max_length().value_or(INT64_MAX));
  if (options_.window == 0) options_.window = most;
  capacity_ = options_.window - special;
  if (options_.window > most || capacity_ < 1) {
    throw Error(
        Kind::usage,
        fmt::format("--window: tokens of a model input (expected {} to {}, got {}); give another",
                    special + 1, most, options_.window));
  }
  if (options_.overlap < 0) options_.overlap = capacity_ / 2;
  if (options_.overlap >= capacity_) {
    throw Error(Kind::usage, fmt::format("--overlap: tokens that two windows share (expected less "
                                         "than the {} a window holds, got {}); give fewer",
                                         capacity_, options_.overlap));
  }
}

std::vector<Window> Fitter::windows(std::int64_t tokens) const {
  if (tokens <= capacity_) return {{0, tokens, 0, tokens}};
  switch (options_.fit) {
    case Fit::window:
      return overlapping_windows(tokens, capacity_, options_.overlap);
    case Fit::truncate:
      return {{0, capacity_, 0, capacity_}};
    default:
      throw Error(Kind::data,
                  fmt::format("too long a text (expected {} tokens at most, got {}); {}", capacity_,
                              tokens, options_.advice()));
  }
}

std::int64_t add_window(const tokenizer::Tokenizer& tokenizer, const tokenizer::Tokens& tokens,
                        const Window& window, model::Batch& batch) {
  const bool whole = window.first == 0 && window.last == static_cast<std::int64_t>(tokens.size());
  const tokenizer::Encoding input =
      whole ? tokenizer.assemble(tokens)
            : tokenizer.assemble(tokens.slice(static_cast<std::size_t>(window.first),
                                              static_cast<std::size_t>(window.last)));
  const auto own = std::find(input.sequence.begin(), input.sequence.end(), 0);
  const std::int64_t row = batch.rows() + (own - input.sequence.begin());
  batch.add(input.ids, input.type_ids);
  return row;
}

}  // namespace nlp::task
