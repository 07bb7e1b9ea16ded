// The words a masked language model expects behind each mask of a text.
// Legend: B texts, M masks of a text, V vocabulary.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/fill_search.hpp"
#include "task/next_words.hpp"
#include "task/place_scorer.hpp"
#include "text/span.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

struct FillMaskOptions {
  Masks masks = Masks::independent;
  std::size_t top = 5;               // candidates of a mask, beams; targets are always told all
  std::vector<std::string> targets;  // the words to choose from; none: the vocabulary
  bool append = false;               // a text without mask gets one at its end
  // A text without mask gets so many at its end, and goes on by words alone: see NextWords.
  std::size_t next_words = 0;
  FitOptions fit;
};

struct Candidate {
  double logprob = 0;  // natural logarithm of the probability; beam: of all masks' words
  std::optional<std::int64_t> rank;  // from 1 in the vocabulary, beam: among the beams; else none
  std::vector<std::int32_t> ids;     // one id, or a target's pieces
  std::vector<std::string> tokens;   // the vocabulary's spelling of the ids
  bool whole = false;                // a target of several pieces
  std::string word;                  // decoded, without space around it; the target as it was given
  // The text with the word in place of the mask; `greedy` and `beam` put words for the other masks
  // too, `independent` leaves them as they are.
  std::string sequence;
};

struct FilledMask {
  text::Span span;                    // bytes of the text: the mask token without space around it
  std::vector<Candidate> candidates;  // best first
};

// A text ready to be filled.  Made and read by FillMask; `text` has the mask that was appended.
struct MaskedText {
  std::string text;
  std::vector<text::Span> spans;  // [M]
  FillJob job;
  // [M] the options' targets behind the job's target lists (a word given twice counts once).
  std::vector<std::vector<std::size_t>> targets;
  std::optional<std::size_t> written;  // bytes of `text` before the masks of next_words
  bool truncated = false;
};

class FillMask {
 public:
  // `model` and `tokenizer` outlive this.  Throws Error{model} where there is no masked-LM head or
  // no mask token, Error{usage} for an empty target.
  FillMask(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
           FillMaskOptions options);

  // Finds the masks and the targets' pieces: a target is tokenised in the place of the mask, so
  // that `pizza` after a space is the word RoBERTa knows.  `text` is valid UTF-8. Throws
  // Error{data} where the text is too long, or a target has no pieces but the unknown token.
  MaskedText prepare(std::string_view text) const;

  // [B][M] what each mask could stand for.  A text's result does not depend on the others.
  std::vector<std::vector<FilledMask>> operator()(std::span<const MaskedText> texts,
                                                  model::Workspace& workspace) const;

 private:
  Candidate describe(const MaskedText& text, std::size_t mask, const Choice& choice) const;
  std::string word_of(const MaskedText& text, std::size_t mask, const Fill& fill) const;
  std::string sequence_of(const MaskedText& text, std::size_t mask, const Choice& choice) const;

  const tokenizer::Tokenizer& tokenizer_;
  FillMaskOptions options_;
  std::int32_t mask_id_;
  PlaceScorer scorer_;
  NextWords next_words_;
};

}  // namespace nlp::task
