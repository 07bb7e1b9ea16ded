// Sets of questions, each with a context and the answer that stands in it.
//   {"question": …, "context": …, "answer": …, "start": 17}
// `start` counts code points of the context.  No answer, null or "" means that there is none.
// SQuAD's
// {"answers": {"text": [...], "answer_start": [...]}} is read, too: its first answer.
// Legend: T tokens of a window.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "text/span.hpp"
#include "tokenizer/tokenizer.hpp"
#include "train/data/encode.hpp"
#include "train/data/place.hpp"
#include "train/data/table.hpp"

namespace nlp::train {

struct Question {
  std::string question, context, answer;  // valid UTF-8; an empty answer: there is none
  text::Span span;                        // of the answer: bytes of the context
  Place place;
};

struct QuestionSet {
  std::vector<std::string> files;
  std::vector<Question> questions;
  std::uint64_t repaired = 0;
};

// Reads JSON Lines, files one behind the other; `-` is stdin.
// Throws Error{data} `FILE:LINE: what; what to do`: a member missing, an answer that does not stand
// at its start, a file without rows.
QuestionSet read_questions(const std::vector<std::string>& files,
                           std::uint64_t max_line = kMaxLine);

// A question with as much of its context as fits, ready to be learnt, and to be scored.
struct QuestionWindow {
  // labels [2]: the first and the last token of the answer, counted in the window.  Where the
  // answer does not lie in the window, or there is none, the first token stands for both if the
  // template put it; else mask::kIgnored.
  Example example;
  std::size_t question = 0;  // of the set
  std::int64_t first = 0;    // where the context's tokens begin in the example
  std::vector<text::Span>
      offsets;  // of those: bytes of the context, without white space at the ends
  std::vector<std::int32_t> words;  // of those: neighbours with the same number are one word
};

// The windows of all questions, in order; neighbours share half of the context's tokens.
// Throws Error{data} `FILE:LINE: …` where a question leaves its context no room.
std::vector<QuestionWindow> question_windows(const QuestionSet& set,
                                             const tokenizer::Tokenizer& tokenizer,
                                             const EncodeOptions& options);

}  // namespace nlp::train
