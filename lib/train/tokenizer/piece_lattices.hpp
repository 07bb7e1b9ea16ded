// All ways to cover each run of characters with pieces: found once, then only thinned out.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_team.hpp"
#include "train/tokenizer/script_runs.hpp"
#include "train/tokenizer/seed_pieces.hpp"

namespace nlp::train {

class PieceLattices {
 public:
  // pieces: by id; those of one character first, for each of the alphabet in its order, so that
  // every run can be covered.  runs must outlive it.
  PieceLattices(const ScriptRuns& runs, std::span<const SeedPiece> pieces, ThreadTeam& team);

  // How often each piece is expected in the text, where scores are the logarithms of their
  // probabilities: the E-step.  Exact sums of numbers rounded to 2^-20, so that no order counts.
  std::vector<double> expected(std::span<const double> scores, ThreadTeam& team) const;

  // How often each piece is used where every run is covered in the likeliest way.
  std::vector<std::uint64_t> used(std::span<const double> scores, ThreadTeam& team) const;

  // The likeliest way to cover a piece without itself.  Empty where it has one character.
  struct Cover {
    double score = 0;
    std::vector<std::uint32_t> pieces;
  };
  Cover alternative(std::uint32_t piece, const SeedPiece& place,
                    std::span<const double> scores) const;

  // The pieces that stay, ascending; they get the ids 0, 1, 2...  Those of one character stay.
  void keep(std::span<const std::uint32_t> ids);

 private:
  template <class Each>
  void each_run(ThreadTeam& team, Each each) const;

  const ScriptRuns& runs_;
  std::vector<std::uint8_t> sizes_;    // [pieces], in characters
  std::vector<std::uint8_t> fans_;     // [characters of all runs]: pieces that begin there
  std::vector<std::uint32_t> edges_;   // these pieces, one character behind the other
  std::vector<std::uint64_t> starts_;  // [runs + 1], in edges_
};

}  // namespace nlp::train
