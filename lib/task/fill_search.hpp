// Finds words for the masks of token sequences; knows ids and scores, not text.
// Legend: M masks of a sequence, V vocabulary.
// Several masks: `independent` reads every mask off one pass, as Hugging Face's FillMaskPipeline
// does; `greedy` fills the mask whose best word is likeliest, looks again, and so on; `beam` fills
// from left to right and keeps the jointly likeliest `top` sequences,
//   log p(w1 … wM) = sum over i of log p(wi | w1 … wi-1, masks i … M).
// A target of n pieces takes n masks in place of one and is scored by the same chain rule.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace nlp::task {

// Places of one sequence whose tokens are to be scored.
struct Places {
  std::vector<std::int32_t> ids;       // [T] without template
  std::vector<std::size_t> positions;  // ascending indices into ids
};

// Called with the logits [V] of position `position` (an index into positions) of
// `places[sequence]`. The logits are gone after the call.
using UseLogits =
    std::function<void(std::size_t sequence, std::size_t position, std::span<const float> logits)>;
// Scores all positions of all places; calls `use` once for each, in any order.
using ScorePlaces = std::function<void(std::span<const Places>, const UseLogits& use)>;

enum class Masks { independent, greedy, beam };

// A word put in place of a mask.
struct Fill {
  std::vector<std::int32_t> ids;  // one id, or the pieces of a target
  int target = -1;                // index into the mask's targets; -1: a word of the vocabulary
};

struct Choice {
  Fill fill;
  double logprob = 0;                // beam: of the whole sequence
  std::optional<std::int64_t> rank;  // in the vocabulary, from 1; beam: of the sequence; else none
  // [M] what stands at the other masks beside this choice: empty where the mask stays.
  std::vector<Fill> beside;
};

// A sequence whose masks are to be filled.
struct FillJob {
  std::vector<std::int32_t> ids;   // [T] without template
  std::vector<std::size_t> masks;  // [M] ascending indices into ids
  // [M] the words to choose from, each as its pieces (never empty); no entries: the vocabulary.
  std::vector<std::vector<std::vector<std::int32_t>>> targets;
  // Whether an id of the vocabulary may stand at a mask; empty: all may.
  std::function<bool(std::size_t mask, std::int32_t id)> fits = {};
};

struct FillRules {
  Masks masks = Masks::independent;
  std::size_t top = 5;  // choices kept for a mask, beams
  std::int32_t mask_id = 0;
  std::function<bool(std::int32_t)> usable;  // false for ids that stand for no token; may be empty
};

// [job][mask] the choices, best first.  Jobs do not influence each other.
std::vector<std::vector<std::vector<Choice>>> fill(std::span<const FillJob> jobs,
                                                   const FillRules& rules,
                                                   const ScorePlaces& score);

}  // namespace nlp::task
