#include "cli/weighted_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/marked_text.hpp"

namespace nlp::cli {
namespace {

constexpr int kLevels = 5;
// Of the 256 colours of terminals, from weak to strong.
constexpr int kGreens[kLevels] = {194, 157, 120, 83, 46};
constexpr int kReds[kLevels] = {224, 217, 210, 203, 196};

double share(double weight, double most) { return std::min(1.0, std::abs(weight) / most); }

// Calls plain(text) between the tokens and weighted(text, token) for each of them.
template <class Plain, class Weighted>
void for_parts(std::string_view text, std::span<const WeightedToken> tokens, Plain plain,
               Weighted weighted) {
  std::size_t at = 0;
  for (const WeightedToken& token : tokens) {
    const std::size_t start = std::max<std::size_t>(at, token.span.start),
                      end = std::max<std::size_t>(start, token.span.end);
    if (start > at) plain(text.substr(at, start - at));
    weighted(text.substr(start, end - start), token);
    at = end;
  }
  if (at < text.size()) plain(text.substr(at));
}

}  // namespace

std::string weights_in_colour(std::string_view text, std::span<const WeightedToken> tokens,
                              double most) {
  std::string line;
  for_parts(
      text, tokens, [&](std::string_view plain) { line += plain; },
      [&](std::string_view part, const WeightedToken& token) {
        const int level = static_cast<int>(std::round(share(token.weight, most) * kLevels));
        if (level == 0 || part.empty()) {
          line += part;
          return;
        }
        const int colour = (token.weight > 0 ? kGreens : kReds)[level - 1];
        line += fmt::format("\033[38;5;16;48;5;{}m{}\033[0m", colour, part);
      });
  return line;
}

std::string weights_as_html(std::string_view text, std::span<const WeightedToken> tokens,
                            double most) {
  std::string html = "<p>";
  for_parts(
      text, tokens, [&](std::string_view plain) { html += escaped(plain); },
      [&](std::string_view part, const WeightedToken& token) {
        html += fmt::format(
            "<span title=\"{:+.4f}\" style=\"background:hsl({} 80% 45% / {:.2f})\">"
            "{}</span>",
            token.weight, token.weight < 0 ? 0 : 130, share(token.weight, most), escaped(part));
      });
  return html + "</p>";
}

std::string weights_title(std::string_view target, double value) {
  return fmt::format("<h2>{} <small>{:.4f}</small></h2>", escaped(target), value);
}

std::string weights_head() {
  return "<!doctype html><html lang=\"\"><meta charset=\"utf-8\"><title>What moved the result"
         "</title><style>body{font:16px/1.8 sans-serif;max-width:50em;margin:2em "
         "auto}p{white-space:"
         "pre-wrap}h2{font-size:1em;margin:2em 0 "
         "0}small{font-weight:normal;opacity:.6}span{padding:"
         ".15em 0;border-radius:.2em}.legend{font-size:.8em}</style>\n<p class=\"legend\"><span "
         "style=\"background:hsl(130 80% 45%)\"> moved the result up </span> <span style=\""
         "background:hsl(0 80% 45%)\"> down </span>; colours are relative to the strongest token "
         "of "
         "a text.</p>\n";
}

}  // namespace nlp::cli
