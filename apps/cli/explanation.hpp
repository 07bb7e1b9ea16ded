// What nlp explain found, as it is written.
#pragma once
#include <string>
#include <vector>

#include "cli/record.hpp"
#include "cli/reply.hpp"
#include "explain/subject.hpp"
#include "explain/weights.hpp"
#include "text/offsets.hpp"

namespace nlp::cli {

// Looks at what others hold.
struct Explanation {
  const Record& record;
  const explain::Subject& subject;
  const explain::Weights& weights;
  std::vector<std::string> tokens;  // [T] as the tokenizer writes them
};

// {"text","pair","target","start","end","value","baseline","tokens":[{"token","start","end","pair",
// "weight"}]}; `pair`, `start`, `end` and `baseline` where there are any.
void put_explanation(ValueWriter& writer, const Explanation& explanation, text::Unit unit);

// The value and what it is of, then a weight and its token a line, or the text in colour; an empty
// line.
void write_explanation(Reply& reply, const Explanation& explanation, bool colour);

// A title and a paragraph for each text.
void write_explanation_html(Reply& reply, const Explanation& explanation);

}  // namespace nlp::cli
