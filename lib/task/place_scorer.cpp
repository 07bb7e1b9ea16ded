#include "task/place_scorer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace nlp::task {
namespace {

// Logits held at once, in floats.
constexpr std::int64_t kLogits = std::int64_t{1} << 22;

// Inputs for one forward pass, and which of their rows are wanted.
struct Pass {
  model::Batch batch;
  std::vector<std::int64_t> rows;
  std::vector<std::pair<std::size_t, std::size_t>> wanted;  // of each row: sequence, position
};

}  // namespace

PlaceScorer::PlaceScorer(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                         const FitOptions& options)
    : model_(model), tokenizer_(tokenizer), fitter_(model, tokenizer, options) {
  model.require(model::Head::masked_lm);
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
    tokenizer::Tokens tokens;
    tokens.ids = places[s].ids;
    tokens.offsets.resize(tokens.size());
    tokens.words.resize(tokens.size());
    const auto& positions = places[s].positions;
    auto next = positions.begin();
    for (const Window& window : fitter_.windows(static_cast<std::int64_t>(tokens.size()))) {
      const auto owned = [&] {
        return next != positions.end() && static_cast<std::int64_t>(*next) < window.own_last;
      };
      if (!owned()) continue;
      const std::int64_t row = add_window(tokenizer_, tokens, window, pass.batch) - window.first;
      for (; owned(); ++next) {
        pass.rows.push_back(row + static_cast<std::int64_t>(*next));
        pass.wanted.emplace_back(s, static_cast<std::size_t>(next - positions.begin()));
      }
      if (pass.batch.rows() >= fitter_.options().batch_tokens) compute();
    }
    if (next != positions.end()) {
      throw Error(Kind::data,
                  "too long a text: target words push a mask off its end; use --overflow window");
    }
  }
  compute();
}

}  // namespace nlp::task
