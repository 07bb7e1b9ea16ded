// Texts longer than a model input: refused, cut, or read in windows that overlap.
// Legend: T tokens of a text, without template; N rows of a batch.
#pragma once
#include <cstdint>
#include <vector>

#include "model/model.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

enum class Fit { error, truncate, window };

// The row of a token that several windows have: from the one that gives it most context, or the
// mean of all.
enum class Merge { widest, average };

struct FitOptions {
  Fit fit = Fit::error;
  std::int64_t window = 0;    // tokens of an input, template included; 0: what the model takes
  std::int64_t overlap = -1;  // tokens two windows share; -1: half of what a window holds
  Merge merge = Merge::widest;
  std::int64_t batch_tokens = 4096;  // tokens computed at once; no result depends on it
  bool may_window = true;            // else the advice in an error leaves windows out

  // "use --overflow window or truncate".
  std::string advice() const {
    return may_window ? "use --overflow window or truncate" : "use --overflow truncate";
  }
};

// The tokens [first, last) of a text as one model input.  The rows [own_first, own_last) are taken
// from it, since it gives them most context; own ranges follow each other without gap.
struct Window {
  std::int64_t first = 0, last = 0;
  std::int64_t own_first = 0, own_last = 0;
  bool operator==(const Window&) const = default;
};

// Windows over `tokens` tokens, of `size` each, that share `overlap` < size with the next; the last
// one ends with the text and may share more.  One window, maybe empty, where all fits.
std::vector<Window> overlapping_windows(std::int64_t tokens, std::int64_t size,
                                        std::int64_t overlap);

class Fitter {
 public:
  // Throws Error{usage} for a window the model does not take, or an overlap that leaves no step.
  Fitter(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
         const FitOptions& options);

  std::int64_t capacity() const { return capacity_; }  // tokens of an input, without template
  const FitOptions& options() const { return options_; }

  // The windows of a text; under `truncate` one that ends before the text does.
  // Throws Error{data} under `error` for a text of more than capacity() tokens.
  std::vector<Window> windows(std::int64_t tokens) const;

 private:
  FitOptions options_;
  std::int64_t capacity_;
};

// Adds the tokens of a window with their template to a batch.  Returns the row of token
// `window.first`; the others follow.
std::int64_t add_window(const tokenizer::Tokenizer& tokenizer, const tokenizer::Tokens& tokens,
                        const Window& window, model::Batch& batch);

}  // namespace nlp::task
