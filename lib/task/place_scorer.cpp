#include "task/place_scorer.hpp"

#include "base/error.hpp"
#include "task/row_scorer.hpp"

namespace nlp::task {

PlaceScorer::PlaceScorer(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                         const FitOptions& options)
    : model_(model), tokenizer_(tokenizer), fitter_(model, tokenizer, options) {
  model.require(model::Head::masked_lm);
}

void PlaceScorer::operator()(std::span<const Places> places, const UseLogits& use,
                             model::Workspace& workspace) const {
  RowScorer rows(model_, fitter_.options().batch_tokens, use, workspace);
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
      const std::int64_t row = add_window(tokenizer_, tokens, window, rows.batch()) - window.first;
      for (; owned(); ++next)
        rows.want(row + static_cast<std::int64_t>(*next), s,
                  static_cast<std::size_t>(next - positions.begin()));
      rows.compute_if_full();
    }
    if (next != positions.end()) {
      throw Error(Kind::data,
                  "too long a text: target words push a mask off its end; use --overflow window");
    }
  }
  rows.finish();
}

}  // namespace nlp::task
