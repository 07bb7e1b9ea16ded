// Spans without white space at their ends.
#pragma once
#include <string_view>

#include "text/span.hpp"

namespace nlp::task {

// `span` (bytes of valid UTF-8) without White_Space at its ends; empty where it is nothing else.
text::Span trim(std::string_view text, text::Span span);

}  // namespace nlp::task
