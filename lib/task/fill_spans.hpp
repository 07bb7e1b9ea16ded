// The words an encoder-decoder model writes for the sentinels of a text: `<extra_id_0>`, … stand
// for any number of words each, and the model answers `<extra_id_0> words <extra_id_1> words …`.
// Source: Raffel et al. 2020, arXiv:1910.10683, section 3.1.4.
// Legend: B texts, M sentinels of a text.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/fill_mask.hpp"
#include "task/write_texts.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

struct FillSpansOptions {
  std::size_t top = 5;  // candidates of a sentinel
  bool append = false;  // a text without sentinel gets one at its end
  FitOptions fit;       // error or truncate
};

// A text ready to be filled; it has the sentinel that was appended.
struct SpanText {
  std::string text;
  std::vector<text::Span> spans;        // [M] bytes of the text: the sentinels, in its order
  std::vector<std::int32_t> sentinels;  // [M]
  std::vector<std::int32_t> ids;        // template included
  bool truncated = false;
};

class FillSpans {
 public:
  // `model` and `tokenizer` outlive this.  Throws Error{model} where there is no decoder or no
  // sentinel, Error{usage} for windows.
  FillSpans(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
            FillSpansOptions options);

  // `text` is valid UTF-8.  Throws Error{data} where it is too long, or has a sentinel twice.
  SpanText prepare(std::string_view text) const;

  // [B][M] candidates by the logarithm of their probability: that of the whole answer, so of the
  // words for all sentinels, which `sequence` has.  A text's result does not depend on the others.
  std::vector<std::vector<FilledMask>> operator()(std::span<const SpanText> texts,
                                                  model::Workspace& workspace) const;

 private:
  SearchRules rules_for(const SpanText& text) const;
  std::vector<FilledMask> describe(const SpanText& text, std::vector<Hypothesis> answers) const;

  const model::Model& model_;
  const tokenizer::Tokenizer& tokenizer_;
  FillSpansOptions options_;
  std::int64_t limit_;
  model::GenerationConfig generation_;
  std::vector<std::int32_t> sentinels_;  // all the vocabulary has: of 0, 1, …
};

}  // namespace nlp::task
