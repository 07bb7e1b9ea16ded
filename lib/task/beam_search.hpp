// The likeliest texts a decoder could write, searched with a few hypotheses at a time.
// Source: the reference's generate(): beam search that ends when as many hypotheses have ended as
// there are beams (its early_stopping); one beam is its greedy search.
// Legend: K running hypotheses, V vocabulary.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace nlp::task {

// scores [V] <- log-probabilities of the token behind `written` (without start token) from the
// decoder's logits [V]; -infinity for what may not be written.
using NextScores =
    std::function<void(std::span<const float> logits, std::span<const std::int32_t> written,
                       std::span<double> scores)>;

struct SearchRules {
  std::int64_t beams = 1;
  std::int64_t max_new_tokens = 1;  // the end token included
  double length_penalty = 1;
  std::vector<std::int32_t> end_ids;  // what ends a hypothesis
  NextScores next_scores;
};

struct Hypothesis {
  std::vector<std::int32_t> ids;  // without start token; with the end token, if it was written
  double logprob = 0;             // sum of the scores of ids
  bool ended = false;             // by an end token
  double score = 0;               // logprob / tokens^length_penalty, by which the ended are ranked
};

// The search for one text.  Its caller computes logits: for each of running() one offer(), then
// advance(), until done().  Of equal scores the earlier hypothesis and the smaller id comes first.
class BeamSearch {
 public:
  // `rules` outlives this.
  explicit BeamSearch(const SearchRules& rules);

  bool done() const { return done_; }
  const std::vector<Hypothesis>& running() const { return running_; }  // [K]
  // For each of running(), which one of those before advance() it goes on from.
  const std::vector<std::size_t>& parents() const { return parents_; }

  void offer(std::size_t hypothesis, std::span<const float> logits);
  void advance();

  // At most `beams`, best first.
  const std::vector<Hypothesis>& ended() const { return ended_; }

 private:
  struct Candidate {
    double logprob;
    std::size_t parent;
    std::int32_t id;
  };
  static bool before(const Candidate& left, const Candidate& right);
  void end(Hypothesis hypothesis);

  const SearchRules& rules_;
  std::vector<Hypothesis> running_, ended_;
  std::vector<std::size_t> parents_;
  std::vector<Candidate> candidates_;
  std::vector<double> scores_;  // [V]
  bool done_ = false;
};

}  // namespace nlp::task
