#include "cli/marked_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nlp::cli {
namespace {

// By the label's letters, so that it does not depend on what else was found.
unsigned colour_of(std::string_view label) {
  unsigned sum = 0;
  for (const char c : label) sum = sum * 31 + static_cast<unsigned char>(c);
  return sum;
}

// Calls plain(text) and marked(text, mark) for the parts of a text in their order.  Marks may share
// a character, of which several tokens were made: the first one has it.
template <class Plain, class Marked>
void for_parts(std::string_view text, const std::vector<Mark>& marks, Plain plain, Marked marked) {
  std::size_t at = 0;
  for (const Mark& mark : marks) {
    const std::size_t start = std::max<std::size_t>(at, mark.span.start);
    if (start >= mark.span.end) continue;
    plain(text.substr(at, start - at));
    marked(text.substr(start, mark.span.end - start), mark);
    at = mark.span.end;
  }
  plain(text.substr(at));
}
}  // namespace

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string in_colour(std::string_view text, const std::vector<Mark>& marks) {
  std::string line;
  for_parts(
      text, marks, [&](std::string_view plain) { line += plain; },
      [&](std::string_view word, const Mark& mark) {
        const unsigned colour = 31 + colour_of(mark.label) % 6;
        line += fmt::format("\033[1;{}m{}\033[0m\033[2m[{}]\033[0m", colour, word, mark.label);
      });
  return line;
}

std::string as_html(std::string_view text, const std::vector<Mark>& marks) {
  std::string html = "<p>";
  for_parts(
      text, marks, [&](std::string_view plain) { html += escaped(plain); },
      [&](std::string_view word, const Mark& mark) {
        html += fmt::format(
            "<mark data-label=\"{}\" title=\"{} {:.4f}\" style=\"background:hsl({} 80% 85%)\">{}"
            "</mark>",
            escaped(mark.label), escaped(mark.label), mark.score, colour_of(mark.label) % 360,
            escaped(word));
      });
  return html + "</p>";
}

std::string html_head(std::string_view title) {
  return fmt::format(
      "<!doctype html><html lang=\"\"><meta charset=\"utf-8\"><title>{}</title><style>body{{"
      "font:16px/1.6 sans-serif;max-width:50em;margin:2em auto}}p{{white-space:pre-wrap}}"
      "mark{{padding:.1em .2em;border-radius:.2em}}mark::after{{content:attr(data-label);"
      "font-size:.7em;margin-left:.3em;opacity:.6}}</style>\n",
      escaped(title));
}

void HeadedSink::write(Reply& reply, OutputFile& file) {
  file.write(head_);
  head_.clear();
  file.write(reply.bytes);
}

void HeadedSink::finish(OutputFile& file) { file.write(head_); }

}  // namespace nlp::cli
