// The span of a context that answers a question: extractive question answering.
// Legend: B questions, T tokens of a window of the context.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/inputs.hpp"
#include "text/span.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

struct AnswerOptions {
  std::int64_t longest = 15;  // tokens of an answer
  FitOptions fit{.fit = Fit::window};
};

struct TokenSpan {
  std::int64_t first = 0, last = 0;  // tokens, both in the answer
  double logprob = 0;                // log P(starts at first) + log P(ends at last)
};

// The likeliest answer of at most `longest` tokens: P is the softmax of start [T] and end [T] each
// for itself, over all allowed tokens and the token `none` ("no answer here") where the model has
// one.  The earlier start, then the shorter answer, of equals.  Nothing where no token is allowed.
// Source: the reference's question answering pipeline.
std::optional<TokenSpan> best_span(std::span<const float> start, std::span<const float> end,
                                   const std::vector<bool>& allowed /*[T]*/, std::int64_t longest,
                                   std::optional<std::pair<float, float>> none = {});

// A question and its context, ready to be answered.  Made and read by AnswerFinder.
struct QuestionText {
  std::string_view context;
  SplitInput input;
  std::vector<text::Span> tokens;  // of the context: bytes without white space at their ends
  std::vector<text::Span> words;   // the whole words that each token lies in
  bool first_is_none = false;      // the first row of an input stands for "no answer"
};

struct Answer {
  text::Span span;   // bytes of the context, never empty
  double score = 0;  // P(start) * P(end), from 0 to 1
};

class AnswerFinder {
 public:
  // `model` and `tokenizer` outlive this.
  // Throws Error{model} without question answering head, Error{usage} for a window that the model
  // does not take.
  AnswerFinder(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
               const AnswerOptions& options = {});

  // Both are valid UTF-8; `context` outlives the result.  The context is read in windows, with the
  // question in each.  Throws Error{data} where the question leaves it no room.
  QuestionText prepare(std::string_view question, std::string_view context) const;

  // [B] the best answer of all windows, as whole words; nothing where the context has no words.
  // An answer does not depend on the others.
  std::vector<std::optional<Answer>> operator()(std::span<const QuestionText> texts,
                                                model::Workspace& workspace) const;

 private:
  const model::Model& model_;
  const tokenizer::Tokenizer& tokenizer_;
  AnswerOptions options_;
  std::int64_t limit_;
};

}  // namespace nlp::task
