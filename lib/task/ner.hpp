// Entities of texts, by a token classification model.
// Legend: B texts, T tokens of a text, N rows, C labels.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/entities.hpp"
#include "task/windows.hpp"
#include "text/span.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

struct NerOptions {
  Aggregate aggregate = Aggregate::word;
  FitOptions fit{.fit = Fit::window};
};

// A text ready to be labelled.  Made and read by Ner.
struct NerText {
  std::string_view text;
  tokenizer::Tokens tokens;         // those that are kept
  std::vector<Window> windows;      // of the model inputs
  std::vector<std::int32_t> words;  // [T] punctuation apart, or the column's index
  std::vector<text::Span> lines;    // the words of CoNLL output
  bool columns = false;             // the words were given
  bool truncated = false;
};

struct NerResult {
  std::vector<Entity> entities;  // in text order
  std::vector<TaggedWord>
      words;  // BIO tags of all words; what was cut off is `O` if words were given
};

class Ner {
 public:
  // `model` and `tokenizer` outlive this.  Throws Error{model} without token classification head.
  Ner(const model::Model& model, const tokenizer::Tokenizer& tokenizer, const NerOptions& options);

  // `text` is valid UTF-8 and outlives the result.  `columns`: the words of the text where they are
  // known, as ascending bytes; otherwise the pre-tokenizer finds them.
  // Throws Error{data} for a text that is too long under Fit::error.
  NerText prepare(std::string_view text, std::span<const text::Span> columns = {}) const;

  // [B] entities and tagged words.  A text's result does not depend on the others.
  std::vector<NerResult> operator()(std::span<const NerText> texts,
                                    model::Workspace& workspace) const;

 private:
  NerResult label(const NerText& text, std::vector<double> scores) const;

  const model::Model& model_;
  const tokenizer::Tokenizer& tokenizer_;
  NerOptions options_;
  Fitter fitter_;
  LabelScheme labels_;
};

}  // namespace nlp::task
