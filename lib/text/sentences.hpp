// Sentences of running text, by simple borders.
#pragma once
#include <string_view>
#include <vector>

#include "text/span.hpp"

namespace nlp::text {

// The sentences of `text` (valid UTF-8) as bytes, in order, without white space around them.
//   A sentence ends behind . ! ? … and the closing quotes and brackets that follow, where white
//   space comes next and what follows it is no small letter of the Latin, Greek or Cyrillic script.
//   A dot behind a single letter (J. Smith), or behind one of a few English abbreviations (Mr.,
//   St., vs.), ends none.  。！？।؟ end a sentence even without white space.  A newline always
//   does.
std::vector<Span> sentences(std::string_view text);

}  // namespace nlp::text
