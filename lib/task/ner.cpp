#include "task/ner.hpp"

#include <optional>
#include <utility>

#include "task/log_softmax.hpp"
#include "task/trim.hpp"

namespace nlp::task {
namespace {

std::vector<text::Span> trimmed(std::string_view text, const std::vector<text::Span>& offsets) {
  std::vector<text::Span> result;
  for (const text::Span span : offsets) result.push_back(trim(text, span));
  return result;
}

// The rows that one forward pass gives, and where they go.
struct Rows {
  std::size_t text;
  std::int64_t first_row;
  Window window;
};

}  // namespace

Ner::Ner(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
         const NerOptions& options)
    : model_(model),
      tokenizer_(tokenizer),
      options_(options),
      fitter_(model, tokenizer, options.fit),
      labels_(model.config().labels) {
  model.require(model::Head::token_classification);
}

NerText Ner::prepare(std::string_view text, std::span<const text::Span> columns) const {
  NerText result;
  result.text = text;
  result.tokens = tokenizer_.tokenize(text);
  result.columns = !columns.empty();
  const auto offsets = trimmed(text, result.tokens.offsets);
  if (result.columns) {
    result.words = columns_of(offsets, columns);
    result.lines.assign(columns.begin(), columns.end());
  } else {
    result.words = split_punctuation(text, offsets, result.tokens.words);
    result.lines = word_spans(offsets, result.words);
  }
  result.windows = fitter_.windows(static_cast<std::int64_t>(result.tokens.size()));
  const auto kept = static_cast<std::size_t>(result.windows.back().last);
  if (kept < result.tokens.size()) {
    result.tokens = result.tokens.slice(0, kept);
    result.words.resize(kept);
    result.truncated = true;
  }
  return result;
}

std::vector<NerResult> Ner::operator()(std::span<const NerText> texts,
                                       model::Workspace& workspace) const {
  const std::size_t labels = labels_.size();
  std::vector<std::vector<double>> scores(texts.size());
  model::Batch batch;
  std::vector<Rows> pending;
  model::Encoded encoded;
  tensor::Tensor logits;
  const bool average = fitter_.options().merge == Merge::average;
  std::vector<std::vector<int>> counts(texts.size());  // windows that have a token
  std::vector<double> of_window(labels);
  const auto compute = [&] {
    if (pending.empty()) return;
    model_.encode(batch, {}, workspace, encoded);
    model_.token_logits(encoded.last, workspace, logits);
    for (const auto& [text, first_row, window] : pending) {
      const std::int64_t first = average ? window.first : window.own_first,
                         last = average ? window.last : window.own_last;
      for (std::int64_t t = first; t < last; ++t) {
        softmax(logits.row(first_row + t - window.first), of_window);
        const auto token = static_cast<std::size_t>(t);
        ++counts[text][token];
        for (std::size_t c = 0; c < labels; ++c) scores[text][token * labels + c] += of_window[c];
      }
    }
    batch = {};
    pending.clear();
  };
  for (std::size_t b = 0; b < texts.size(); ++b) {
    scores[b].resize(texts[b].tokens.size() * labels);
    counts[b].resize(texts[b].tokens.size());
    if (texts[b].tokens.size() == 0) continue;
    for (const Window& window : texts[b].windows) {
      const std::int64_t row = add_window(tokenizer_, texts[b].tokens, window, batch);
      pending.push_back({b, row, window});
      if (batch.rows() >= fitter_.options().batch_tokens) compute();
    }
  }
  compute();

  std::vector<NerResult> results;
  for (std::size_t b = 0; b < texts.size(); ++b) {
    for (std::size_t t = 0; t < counts[b].size(); ++t)
      if (counts[b][t] > 1)
        for (std::size_t c = 0; c < labels; ++c) scores[b][t * labels + c] /= counts[b][t];
    results.push_back(label(texts[b], std::move(scores[b])));
  }
  return results;
}

NerResult Ner::label(const NerText& text, std::vector<double> scores) const {
  ScoredTokens tokens;
  tokens.scores = std::move(scores);
  if (options_.aggregate == Aggregate::word) {
    tokens.offsets = trimmed(text.text, text.tokens.offsets);
    tokens.words = text.words;
  } else {
    tokens.offsets = text.tokens.offsets;
    std::vector<std::string> spellings;
    std::vector<std::uint8_t> unknown;
    const auto unknown_id =
        tokenizer_.unknown_is_named() ? tokenizer_.unknown_id() : std::optional<std::int32_t>();
    for (const std::int32_t id : text.tokens.ids) {
      spellings.emplace_back(tokenizer_.token_of(id));
      unknown.push_back(unknown_id == id);
    }
    tokens.subwords = reference_subwords(text.text, tokens.offsets, spellings, unknown,
                                         !tokenizer_.continuing_prefix().empty());
  }
  NerResult result;
  result.entities = aggregate(tokens, labels_, options_.aggregate);
  result.words = tag_words(text.lines, result.entities, !text.columns);
  return result;
}

}  // namespace nlp::task
