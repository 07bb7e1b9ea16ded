// Texts with parts of them marked: for a terminal and for a browser.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/process.hpp"
#include "text/span.hpp"

namespace nlp::cli {

// With what HTML takes for markup written as it stands.
std::string escaped(std::string_view text);

struct Mark {
  text::Span span;  // bytes of the text; marks ascend; where they overlap the first has the bytes
  std::string label;
  double score = 0;
};

// With terminal colours, the label behind each mark.  A label has its colour everywhere.
std::string in_colour(std::string_view text, const std::vector<Mark>& marks);

// A paragraph of HTML with one <mark> for each.
std::string as_html(std::string_view text, const std::vector<Mark>& marks);

// What stands before the first paragraph, so that a browser shows the right letters and labels.
std::string html_head(std::string_view title);

// Writes `head` once, before the first reply.
class HeadedSink : public Sink {
 public:
  explicit HeadedSink(std::string head) : head_(std::move(head)) {}
  void write(Reply& reply, OutputFile& file) override;
  void finish(OutputFile& file) override;

 private:
  std::string head_;
};

}  // namespace nlp::cli
