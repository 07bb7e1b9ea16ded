// What an encoder-decoder model writes for a text: a translation, a summary, an answer.
// Legend: B texts.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/beam_search.hpp"
#include "task/inputs.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

struct GenerateOptions {
  std::optional<std::int64_t> beams;           // else what the checkpoint says, else 1
  std::optional<std::int64_t> max_new_tokens;  // else what the checkpoint says, else 256
  FitOptions fit;                              // error or truncate
};

struct Generated {
  std::vector<std::int32_t> ids;  // without start token, with the end token if it was made
  std::string text;               // the ids decoded, special tokens skipped
  double score = 0;               // mean of the tokens' log-probabilities
  bool ended = false;             // by an end token, not because the tokens ran out
};

class Generator {
 public:
  // `model` and `tokenizer` outlive this.  Throws Error{model} where there is no decoder or its
  // rules are not supported; Error{usage} for more tokens than the model has positions, and for
  // windows: what is written of parts of a text is not what is written of the text.
  Generator(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
            const GenerateOptions& options);
  Generator(const Generator&) = delete;

  // `text` is valid UTF-8.  Throws Error{data} for a text that is too long.
  SplitInput prepare(std::string_view text) const;

  // [B] A text's result does not depend on the others.
  std::vector<Generated> operator()(std::span<const SplitInput> texts,
                                    model::Workspace& workspace) const;

 private:
  const model::Model& model_;
  const tokenizer::Tokenizer& tokenizer_;
  FitOptions fit_;
  std::int64_t limit_;
  std::int32_t start_id_;
  SearchRules rules_;
};

// Throws Error{usage} for windows.
void require_whole_texts(const FitOptions& fit);

}  // namespace nlp::task
