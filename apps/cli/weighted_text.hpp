// Texts whose tokens have weights: for a terminal and for a browser.  Tokens that move a result up
// are green, those that move it down red, the more they do the stronger.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "text/span.hpp"

namespace nlp::cli {

struct WeightedToken {
  text::Span span;  // bytes of the text, in order; what two tokens share is the first one's
  double weight = 0;
};

// most: the weight that has the strongest colour; > 0.
std::string weights_in_colour(std::string_view text, std::span<const WeightedToken> tokens,
                              double most);

// A paragraph of HTML with one <span> for each token.
std::string weights_as_html(std::string_view text, std::span<const WeightedToken> tokens,
                            double most);

// What was explained, above the paragraph.
std::string weights_title(std::string_view target, double value);

// What stands before the first record: the browser's part, and a legend.
std::string weights_head();

}  // namespace nlp::cli
