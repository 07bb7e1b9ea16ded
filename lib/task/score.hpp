// How likely a masked language model finds a text: pseudo-log-likelihood.
//   pll           sum over tokens t of log p(t | the text with t masked)
//                 Salazar et al. 2020, arXiv:1910.14659
//   pll_word_l2r  the same with the later tokens of t's word masked, too, so that a word of many
//                 pieces is not likely by its own pieces: Kauf and Ivanova 2023, arXiv:2305.10588
//   unmasked      nothing is masked, one pass reads all tokens: Kaneko and Bollegala 2022,
//                 arXiv:2104.07496
// Legend: B texts, T tokens of a text, without template.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/row_scorer.hpp"
#include "task/windows.hpp"
#include "text/span.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

enum class ScoreMethod { pll, pll_word_l2r, unmasked };

struct ScoreOptions {
  ScoreMethod method = ScoreMethod::pll;
  FitOptions fit;
};

struct TokenScore {
  std::int32_t id = 0;
  text::Span span;     // bytes of the text, without white space at their ends
  double logprob = 0;  // natural logarithm
};

// Of the tokens that are scored: all but special tokens written in the text, which are context.
// The unknown token is scored.
struct TextScore {
  std::vector<TokenScore> tokens;
  double logprob = 0;  // their sum

  // exp(-logprob / tokens), from 1 for a text that is sure; nothing where no token is scored.
  std::optional<double> perplexity() const;
};

// A text ready to be scored.  Made and read by Scorer.
struct ScoredText {
  tokenizer::Tokens tokens;
  std::vector<Window> windows;
  std::vector<std::uint8_t> counts;  // [T] 1 where the token is scored
  std::vector<text::Span> spans;     // [T]
  bool truncated = false;
};

class Scorer {
 public:
  // `model` and `tokenizer` outlive this.  Throws Error{model} where there is no masked-LM head or
  // no mask token, Error{usage} for a window that the model does not take.
  Scorer(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
         const ScoreOptions& options);

  // `text` is valid UTF-8.  Throws Error{data} where it is too long.
  ScoredText prepare(std::string_view text) const;

  // Leaves of two texts only those tokens to be scored that both have: what is said of whom does
  // not count, but how likely it makes the rest.  Source: Nangia et al. 2020, arXiv:2010.00133.
  static void keep_shared(ScoredText& left, ScoredText& right);

  // [B] Of a text in windows each token is scored in the one that gives it most context.  A text's
  // score does not depend on the others.
  std::vector<TextScore> operator()(std::span<const ScoredText> texts,
                                    model::Workspace& workspace) const;

 private:
  void add_masked(const ScoredText& text, const Window& window, std::size_t sequence,
                  std::int64_t token, RowScorer& rows) const;

  const model::Model& model_;
  const tokenizer::Tokenizer& tokenizer_;
  ScoreMethod method_;
  std::int32_t mask_id_;
  Fitter fitter_;
};

}  // namespace nlp::task
