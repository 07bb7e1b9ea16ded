#include "task/score.hpp"

#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "task/log_softmax.hpp"
#include "task/shared_tokens.hpp"
#include "task/trim.hpp"

namespace nlp::task {

std::optional<double> TextScore::perplexity() const {
  if (tokens.empty()) return std::nullopt;
  return std::exp(-logprob / static_cast<double>(tokens.size()));
}

Scorer::Scorer(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
               const ScoreOptions& options)
    : model_(model),
      tokenizer_(tokenizer),
      method_(options.method),
      mask_id_(tokenizer.mask_id().value_or(-1)),
      fitter_(model, tokenizer, options.fit) {
  model.require(model::Head::masked_lm);
  if (mask_id_ < 0)
    throw Error(Kind::model,
                "tokenizer: no mask token; use the tokenizer of a masked language model");
}

ScoredText Scorer::prepare(std::string_view text) const {
  ScoredText result;
  tokenizer::Tokens tokens = tokenizer_.tokenize(text);
  result.windows = fitter_.windows(static_cast<std::int64_t>(tokens.size()));
  const auto kept = static_cast<std::size_t>(result.windows.back().last);
  if (kept < tokens.size()) {
    tokens = tokens.slice(0, kept);
    result.truncated = true;
  }
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    const std::int32_t id = tokens.ids[t];
    result.counts.push_back(!tokenizer_.is_special(id) || tokenizer_.unknown_id() == id);
    result.spans.push_back(trim(text, tokens.offsets[t]));
  }
  result.tokens = std::move(tokens);
  return result;
}

void Scorer::keep_shared(ScoredText& left, ScoredText& right) {
  const auto shared = shared_tokens(left.tokens.ids, right.tokens.ids);
  for (std::size_t t = 0; t < left.counts.size(); ++t) left.counts[t] &= shared.first[t];
  for (std::size_t t = 0; t < right.counts.size(); ++t) right.counts[t] &= shared.second[t];
}

// The window as an input of its own, with the token masked.
void Scorer::add_masked(const ScoredText& text, const Window& window, std::size_t sequence,
                        std::int64_t token, RowScorer& rows) const {
  tokenizer::Tokens part = text.tokens.slice(static_cast<std::size_t>(window.first),
                                             static_cast<std::size_t>(window.last));
  const auto at = static_cast<std::size_t>(token - window.first);
  for (std::size_t t = at; t < part.size(); ++t) {
    if (t > at && (method_ == ScoreMethod::pll || part.words[t] != part.words[at])) break;
    part.ids[t] = mask_id_;
  }
  const auto size = static_cast<std::int64_t>(part.size());
  const std::int64_t row = add_window(tokenizer_, part, {0, size, 0, size}, rows.batch());
  rows.want(row + token - window.first, sequence, static_cast<std::size_t>(token));
  rows.compute_if_full();
}

std::vector<TextScore> Scorer::operator()(std::span<const ScoredText> texts,
                                          model::Workspace& workspace) const {
  std::vector<std::vector<double>> logprobs;  // [B][T]
  for (const ScoredText& text : texts) logprobs.emplace_back(text.tokens.size());
  const RowScorer::Use use = [&](std::size_t b, std::size_t t, std::span<const float> logits) {
    logprobs[b][t] = LogSoftmax(logits)[texts[b].tokens.ids[t]];
  };
  RowScorer rows(model_, fitter_.options().batch_tokens, use, workspace);
  for (std::size_t b = 0; b < texts.size(); ++b)
    for (const Window& window : texts[b].windows) {
      const bool unmasked = method_ == ScoreMethod::unmasked && window.own_last > window.own_first;
      const std::int64_t row =
          unmasked ? add_window(tokenizer_, texts[b].tokens, window, rows.batch()) - window.first
                   : 0;
      for (std::int64_t t = window.own_first; t < window.own_last; ++t) {
        if (texts[b].counts[static_cast<std::size_t>(t)] == 0) continue;
        if (unmasked)
          rows.want(row + t, b, static_cast<std::size_t>(t));
        else
          add_masked(texts[b], window, b, t, rows);
      }
      rows.compute_if_full();
    }
  rows.finish();

  std::vector<TextScore> scores(texts.size());
  for (std::size_t b = 0; b < texts.size(); ++b)
    for (std::size_t t = 0; t < texts[b].tokens.size(); ++t) {
      if (texts[b].counts[t] == 0) continue;
      scores[b].tokens.push_back({texts[b].tokens.ids[t], texts[b].spans[t], logprobs[b][t]});
      scores[b].logprob += logprobs[b][t];
    }
  return scores;
}

}  // namespace nlp::task
