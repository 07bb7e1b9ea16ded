#include "task/answer.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "task/trim.hpp"

namespace nlp::task {
namespace {

// log(sum(exp)) of the allowed logits and of `none`.
double log_sum(std::span<const float> logits, const std::vector<bool>& allowed,
               std::optional<float> none) {
  double most = none ? double{*none} : -std::numeric_limits<double>::infinity();
  for (std::size_t t = 0; t < logits.size(); ++t)
    if (allowed[t]) most = std::max(most, double{logits[t]});
  double sum = none ? std::exp(double{*none} - most) : 0;
  for (std::size_t t = 0; t < logits.size(); ++t)
    if (allowed[t]) sum += std::exp(double{logits[t]} - most);
  return most + std::log(sum);
}

// From the first token of a word to its last.
std::vector<text::Span> whole_words(const std::vector<text::Span>& tokens,
                                    const std::vector<std::int32_t>& words) {
  std::vector<text::Span> whole(tokens);
  for (std::size_t first = 0, last; first < tokens.size(); first = last) {
    last = first + 1;
    while (last < tokens.size() && words[last] == words[first]) ++last;
    text::Span word = tokens[first];
    for (std::size_t t = first; t < last; ++t) {
      word.start = std::min(word.start, tokens[t].start);
      word.end = std::max(word.end, tokens[t].end);
    }
    std::fill(whole.begin() + static_cast<std::ptrdiff_t>(first),
              whole.begin() + static_cast<std::ptrdiff_t>(last), word);
  }
  return whole;
}

}  // namespace

std::optional<TokenSpan> best_span(std::span<const float> start, std::span<const float> end,
                                   const std::vector<bool>& allowed, std::int64_t longest,
                                   std::optional<std::pair<float, float>> none) {
  std::optional<TokenSpan> best;
  const auto size = static_cast<std::int64_t>(start.size());
  const auto at = [](auto& values, std::int64_t t) { return values[static_cast<std::size_t>(t)]; };
  for (std::int64_t first = 0; first < size; ++first) {
    if (!at(allowed, first)) continue;
    for (std::int64_t last = first; last < std::min(size, first + longest); ++last) {
      if (!at(allowed, last)) continue;
      const double logit = double{at(start, first)} + double{at(end, last)};
      if (!best || logit > best->logprob) best = TokenSpan{first, last, logit};
    }
  }
  if (best)
    best->logprob -= log_sum(start, allowed, none ? std::optional(none->first) : std::nullopt) +
                     log_sum(end, allowed, none ? std::optional(none->second) : std::nullopt);
  return best;
}

AnswerFinder::AnswerFinder(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                           const AnswerOptions& options)
    : model_(model),
      tokenizer_(tokenizer),
      options_(options),
      limit_(input_limit(model, tokenizer.max_length(), options.fit)) {
  model.require(model::Head::question_answering);
}

QuestionText AnswerFinder::prepare(std::string_view question, std::string_view context) const {
  auto encoding = tokenizer_.encode(question, context);
  QuestionText text;
  text.context = context;
  text.input = split_input(encoding, limit_, options_.fit, WindowedText::pair);
  text.first_is_none = encoding.size() > 0 && encoding.special.front() != 0;
  std::vector<std::int32_t> words;
  for (std::size_t t = 0; t < encoding.size(); ++t) {
    if (encoding.sequence[t] != 1) continue;
    text.tokens.push_back(trim(context, encoding.offsets[t]));
    words.push_back(encoding.words[t]);
  }
  text.words = whole_words(text.tokens, words);
  return text;
}

std::vector<std::optional<Answer>> AnswerFinder::operator()(std::span<const QuestionText> texts,
                                                            model::Workspace& workspace) const {
  std::vector<SplitInput> inputs;
  for (const QuestionText& text : texts) inputs.push_back(text.input);
  std::vector<std::optional<Answer>> answers(texts.size());
  std::vector<float> start, end;
  std::vector<bool> allowed;
  tensor::Tensor logits;
  const auto search = [&](const PlacedPiece& place) {
    const QuestionText& text = texts[place.input];
    const InputPiece& piece = text.input.pieces[place.piece];
    start.clear();
    end.clear();
    allowed.clear();
    for (std::int64_t t = piece.window.first; t < piece.window.last; ++t) {
      const auto row = logits.row(place.first_row + piece.row + t - piece.window.first);
      start.push_back(row[0]);
      end.push_back(row[1]);
      allowed.push_back(text.tokens[static_cast<std::size_t>(t)].size() > 0);
    }
    std::optional<std::pair<float, float>> none;
    if (text.first_is_none) none = {logits.row(place.first_row)[0], logits.row(place.first_row)[1]};
    const auto found = best_span(start, end, allowed, options_.longest, none);
    if (!found) return;
    const double score = std::exp(std::min(found->logprob, 0.0));
    auto& best = answers[place.input];
    if (best && best->score >= score) return;
    const auto token = [&](std::int64_t t) {
      return static_cast<std::size_t>(piece.window.first + t);
    };
    best =
        Answer{{text.words[token(found->first)].start, text.words[token(found->last)].end}, score};
  };
  run_pieces(model_, inputs, {}, options_.fit.batch_tokens, workspace,
             [&](std::span<const PlacedPiece> places, const model::Encoded& encoded) {
               model_.answer_logits(encoded.last, workspace, logits);
               for (const PlacedPiece& place : places) search(place);
             });
  return answers;
}

}  // namespace nlp::task
