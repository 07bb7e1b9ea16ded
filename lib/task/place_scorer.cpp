#include "task/place_scorer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace nlp::task {
namespace {

// Logits held at once, in floats.
constexpr std::int64_t kLogits = std::int64_t{1} << 22;

// The start of the window of `size` tokens in which token `position` has most context, of windows
// that share `overlap` tokens; the last one ends with the sequence.
std::int64_t best_window(std::int64_t position, std::int64_t tokens, std::int64_t size,
                         std::int64_t overlap) {
  const std::int64_t step = size - overlap;
  std::int64_t best = 0, most = -1;
  const std::int64_t first = std::max<std::int64_t>(0, (position - size) / step);
  for (std::int64_t k = first; k * step <= position; ++k) {
    const std::int64_t start = std::min(k * step, tokens - size);
    const std::int64_t context = std::min(position - start, start + size - 1 - position);
    if (context > most) {
      most = context;
      best = start;
    }
  }
  return best;
}

// Inputs for one forward pass, and which of their rows are wanted.
struct Pass {
  model::Batch batch;
  std::vector<std::int64_t> rows;
  std::vector<std::pair<std::size_t, std::size_t>> wanted;  // of each row: sequence, position
};

}  // namespace

PlaceScorer::PlaceScorer(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                         const FitOptions& options)
    : model_(model), tokenizer_(tokenizer), options_(options) {
  model.require(model::Head::masked_lm);
  const std::int64_t most =
      std::min(model.config().max_tokens, tokenizer.max_length().value_or(INT64_MAX));
  if (options_.window == 0) options_.window = most;
  capacity_ = options_.window - tokenizer.template_size(false);
  if (options_.window > most || capacity_ < 1) {
    throw Error(
        Kind::usage,
        fmt::format("--window: tokens of a window (expected {} to {}, got {}); give another",
                    tokenizer.template_size(false) + 1, most, options_.window));
  }
  if (options_.overlap < 0) options_.overlap = capacity_ / 2;
  if (options_.overlap >= capacity_) {
    throw Error(Kind::usage, fmt::format("--overlap: tokens two windows share (expected less than "
                                         "the {} a window holds, got {}); give fewer",
                                         capacity_, options_.overlap));
  }
}

void PlaceScorer::operator()(std::span<const Places> places, const UseLogits& use,
                             model::Workspace& workspace) const {
  Pass pass;
  model::Encoded encoded;
  tensor::Tensor logits;
  const auto compute = [&] {
    if (pass.rows.empty()) return;
    model_.encode(pass.batch, {}, workspace, encoded);
    const auto group = static_cast<std::size_t>(
        std::max<std::int64_t>(1, kLogits / std::max<std::int64_t>(1, model_.config().vocab_size)));
    for (std::size_t first = 0; first < pass.rows.size(); first += group) {
      const std::size_t count = std::min(group, pass.rows.size() - first);
      model_.masked_lm(encoded.last, std::span(pass.rows).subspan(first, count), workspace, logits);
      for (std::size_t k = 0; k < count; ++k) {
        const auto [sequence, position] = pass.wanted[first + k];
        use(sequence, position, logits.row(static_cast<std::int64_t>(k)));
      }
    }
    pass = {};
  };

  for (std::size_t s = 0; s < places.size(); ++s) {
    const auto& [ids, positions] = places[s];
    const auto tokens = static_cast<std::int64_t>(ids.size());
    const bool fits = tokens <= capacity_;
    if (!fits && options_.fit == Fit::error) {
      throw Error(
          Kind::data,
          fmt::format("the text with its target words: too long (expected {} tokens at most, "
                      "got {}); use --overflow window or truncate",
                      capacity_, tokens));
    }
    std::map<std::int64_t, std::vector<std::size_t>> windows;  // by start: indices into positions
    for (std::size_t p = 0; p < positions.size(); ++p) {
      const auto position = static_cast<std::int64_t>(positions[p]);
      const bool windowed = !fits && options_.fit == Fit::window;
      if (!windowed && position >= capacity_) {
        throw Error(Kind::data,
                    "the text with its target words: a mask is cut off; use --overflow "
                    "window");
      }
      windows[windowed ? best_window(position, tokens, capacity_, options_.overlap) : 0].push_back(
          p);
    }
    for (const auto& [start, wanted] : windows) {
      const auto begin = ids.begin() + start;
      const auto end = ids.begin() + std::min(start + capacity_, tokens);
      tokenizer::Tokens part;
      part.ids.assign(begin, end);
      part.offsets.resize(part.ids.size());
      part.words.resize(part.ids.size());
      const tokenizer::Encoding input = tokenizer_.assemble(part);
      const auto own = std::find(input.sequence.begin(), input.sequence.end(), 0);
      const std::int64_t row = pass.batch.rows() + (own - input.sequence.begin()) - start;
      pass.batch.add(input.ids, input.type_ids);
      for (const std::size_t p : wanted) {
        pass.rows.push_back(row + static_cast<std::int64_t>(positions[p]));
        pass.wanted.emplace_back(s, p);
      }
      if (pass.batch.rows() >= options_.batch_tokens) compute();
    }
  }
  compute();
}

}  // namespace nlp::task
