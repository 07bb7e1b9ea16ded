// How well a masked language model guesses what is hidden.
// Legend: T tokens of a text, template included; V vocabulary.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "mask/tokens.hpp"
#include "model/model.hpp"
#include "task/windows.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::train {

// A text with hidden tokens.
struct MaskedText {
  tokenizer::Encoding encoding;
  std::vector<std::int32_t> labels;  // [T]: what to guess; mask::kIgnored elsewhere
};

// Sums over guessed tokens; those of several texts are added up.
struct Guesses {
  std::uint64_t tokens = 0;
  std::uint64_t top1 = 0,
                top5 = 0;  // tokens whose label was the likeliest, among the likeliest five
  double loss = 0;         // sum of -log softmax(logits)[label]
  Guesses& operator+=(const Guesses& other);
};

// Tokens of a text hidden as in training.  number: which text of the input it is.
MaskedText hide_tokens(const tokenizer::Tokenizer& tokenizer, const mask::TokenMasker& masker,
                       std::string_view text, std::uint64_t number);

// One word of a text hidden, drawn among mask::maskable_words() with equal chances by the seed and
// record of `random`.
struct HiddenWord {
  bool found = false;  // whether there is a word
  // Absent for a word that is no single known token: nothing can guess it.
  std::optional<MaskedText> text;
};
// Throws Error{model} for a tokenizer without mask token.
HiddenWord hide_word(const tokenizer::Tokenizer& tokenizer, std::string_view text,
                     const Random& random);

class MlmEvaluator {
 public:
  // Both must outlive it.  Throws Error{model} without masked-LM head, and as task::input_limit().
  MlmEvaluator(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
               const task::FitOptions& options);

  // The guesses of each text; only rows with labels pass the output matrix.  A text's do not depend
  // on the others.  Of texts that are cut, only what is left is guessed, and `cut` is set.
  // Throws Error{data} for labels of another size or beyond V, and as task::split_input().
  struct Result {
    Guesses guesses;
    bool cut = false;
  };
  std::vector<Result> operator()(std::span<const MaskedText> texts,
                                 model::Workspace& workspace) const;

 private:
  const model::Model& model_;
  task::FitOptions options_;
  std::int64_t limit_;
};

}  // namespace nlp::train
