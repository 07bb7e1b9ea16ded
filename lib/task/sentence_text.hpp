// Texts as a sentence model reads them: the prompt before each, lower case, cut or in windows.
// Source: sentence-transformers: prompts, do_lower_case, max_seq_length.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/model.hpp"
#include "task/inputs.hpp"
#include "task/sentence_modules.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

struct TextOptions {
  // The name of one of the modules' prompts, or a text; else the modules' default.
  std::optional<std::string> prompt;
  FitOptions fit{.fit = Fit::window};
};

class SentenceText {
 public:
  // `tokenizer` outlives this.  Throws Error{usage} for a window that the model does not take.
  SentenceText(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
               const SentenceModules& modules, const TextOptions& options);

  // `text` is valid UTF-8, without prompt.  Throws Error{data} for a text that is too long.
  SplitInput prepare(std::string_view text) const;

  // Rows of a text that are the prompt's: all that the tokenizer makes of it, but a special token
  // behind it.  0 without prompt.
  std::int64_t prompt_rows() const;

 private:
  tokenizer::Encoding encode(const std::string& whole) const;

  const tokenizer::Tokenizer& tokenizer_;
  std::string prompt_;
  bool lowercase_;
  std::int64_t limit_;
  FitOptions fit_;
};

}  // namespace nlp::task
