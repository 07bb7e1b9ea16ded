#include "train/tokenizer/unigram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/thread_team.hpp"
#include "train/tokenizer/digamma.hpp"
#include "train/tokenizer/piece_lattices.hpp"
#include "train/tokenizer/script_runs.hpp"
#include "train/tokenizer/seed_pieces.hpp"

namespace nlp::train {
namespace {

constexpr std::size_t kMostSeeds = 1000000;
constexpr int kSteps = 2;         // of expectation maximization between two prunings
constexpr double kShrink = 0.75;  // what a pruning leaves
constexpr double kSpare = 1.1;    // pieces left when pruning ends, over those that are wanted
constexpr double kFewest = 0.5;   // a piece expected less often goes

class UnigramTrainer {
 public:
  UnigramTrainer(const ScriptRuns& runs, std::uint64_t min_frequency, int threads)
      : team_(threads),
        runs_(runs),
        pieces_(start(runs, min_frequency, threads)),
        lattices_(runs, pieces_, team_) {
    double sum = 0;
    const auto weight = [](const SeedPiece& piece) {
      return std::max(static_cast<double>(piece.count * piece.size), kFewest);
    };
    for (const SeedPiece& piece : pieces_) sum += weight(piece);
    for (const SeedPiece& piece : pieces_) scores_.push_back(std::log(weight(piece) / sum));
  }

  // Until `wanted` pieces are left; characters stay.
  void run(std::size_t wanted) {
    const auto enough = std::max(static_cast<std::size_t>(kSpare * static_cast<double>(wanted)),
                                 runs_.alphabet.size());
    for (;;) {
      for (int step = 0; step < kSteps; ++step) fit(true);
      if (pieces_.size() <= enough) break;
      prune(std::max(enough,
                     static_cast<std::size_t>(kShrink * static_cast<double>(pieces_.size()))));
    }
    keep_best(wanted, scores_);
    for (int step = 0; step < kSteps; ++step) fit(false);
  }

  // The pieces with their scores, the likeliest first.
  std::vector<std::pair<std::string, double>> result() const {
    std::vector<std::pair<std::string, double>> pieces;
    for (std::size_t id = 0; id < pieces_.size(); ++id)
      pieces.emplace_back(text_of(id), scores_[id]);
    std::ranges::sort(pieces, [](const auto& left, const auto& right) {
      return left.second != right.second ? left.second > right.second : left.first < right.first;
    });
    return pieces;
  }

 private:
  // The characters, then the seeds.
  static std::vector<SeedPiece> start(const ScriptRuns& runs, std::uint64_t min_frequency,
                                      int threads) {
    std::vector<SeedPiece> pieces(runs.alphabet.size(), {0, 0, 1, 0});
    for (std::uint32_t run = 0; run < runs.size(); ++run)
      for (std::uint32_t at = runs.starts[run]; at < runs.starts[run + 1]; ++at) {
        SeedPiece& piece = pieces[runs.codes[at]];
        piece.run = run;
        piece.offset = static_cast<std::uint16_t>(at - runs.starts[run]);
        piece.count += runs.counts[run];
      }
    const auto seeds =
        find_seeds(runs, std::max<std::uint64_t>(min_frequency, 1), kMostSeeds, threads);
    pieces.insert(pieces.end(), seeds.begin(), seeds.end());
    return pieces;
  }

  bool is_character(std::size_t id) const { return id < runs_.alphabet.size(); }

  std::string text_of(std::size_t id) const {
    const SeedPiece& piece = pieces_[id];
    return runs_.text({runs_.codes.data() + runs_.starts[piece.run] + piece.offset, piece.size});
  }

  // One step of expectation maximization, by Bayes with a sparse prior: Kudo's exp(digamma).
  void fit(bool drops) {
    const auto expected = lattices_.expected(scores_, team_);
    std::vector<std::uint32_t> ids;
    double sum = 0;
    for (std::uint32_t id = 0; id < expected.size(); ++id) {
      if (drops && expected[id] < kFewest && !is_character(id)) continue;
      ids.push_back(id);
      sum += std::max(expected[id], kFewest);
    }
    const double logarithm = digamma(sum);
    for (const std::uint32_t id : ids)
      scores_[id] = digamma(std::max(expected[id], kFewest)) - logarithm;
    keep(ids);
  }

  // Leaves `most` pieces: those without which the text would be least likely.
  void prune(std::size_t most) {
    const auto used = lattices_.used(scores_, team_);
    std::vector<double> losses(pieces_.size());
    double sum = 0;
    for (const std::uint64_t count : used) sum += static_cast<double>(count);
    constexpr std::int64_t kChunk = 1024;
    const auto size = static_cast<std::int64_t>(pieces_.size());
    team_.run((size + kChunk - 1) / kChunk, [&](std::int64_t chunk, int) {
      for (std::int64_t k = chunk * kChunk; k < std::min(size, (chunk + 1) * kChunk); ++k) {
        const auto id = static_cast<std::uint32_t>(k);
        losses[id] = loss(id, used, sum);
      }
    });
    keep_best(most, losses);
  }

  // How much less likely the text is where the piece's uses go to the likeliest other way to cover
  // it; below zero where the piece is of no use.
  double loss(std::uint32_t id, const std::vector<std::uint64_t>& used, double sum) const {
    if (used[id] == 0 || is_character(id)) return -1;
    const auto other = lattices_.alternative(id, pieces_[id], scores_);
    if (other.score > scores_[id]) return -1;
    const auto uses = static_cast<double>(used[id]);
    const double moved = std::log(sum + uses * static_cast<double>(other.pieces.size() - 1));
    double alternative = 0;
    for (const std::uint32_t piece : other.pieces)
      alternative += std::log(static_cast<double>(used[piece]) + uses) - moved;
    return uses * (std::log(uses) - std::log(sum) - alternative);
  }

  // Leaves the characters, and of the other pieces those with the highest worth.
  void keep_best(std::size_t most, std::vector<double> worth) {
    if (pieces_.size() <= most) return;
    std::vector<std::uint32_t> ids(pieces_.size());
    for (std::uint32_t id = 0; id < ids.size(); ++id) ids[id] = id;
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(runs_.alphabet.size());
    std::stable_sort(first, ids.end(), [&](std::uint32_t left, std::uint32_t right) {
      return worth[left] > worth[right];
    });
    ids.resize(std::max(most, runs_.alphabet.size()));
    std::ranges::sort(ids);
    keep(ids);
  }

  void keep(const std::vector<std::uint32_t>& ids) {
    if (ids.size() == pieces_.size()) return;
    lattices_.keep(ids);
    for (std::size_t k = 0; k < ids.size(); ++k) {
      pieces_[k] = pieces_[ids[k]];
      scores_[k] = scores_[ids[k]];
    }
    pieces_.resize(ids.size());
    scores_.resize(ids.size());
  }

  ThreadTeam team_;
  const ScriptRuns& runs_;
  std::vector<SeedPiece> pieces_;  // by id; the characters first
  PieceLattices lattices_;
  std::vector<double> scores_;
};

}  // namespace

UnigramVocabulary train_unigram(std::span<const WordCount> runs, const UnigramOptions& options) {
  const std::size_t least = options.special.size() + options.alphabet.size();
  if (least > options.vocab)
    throw Error(Kind::usage,
                fmt::format("a vocabulary of {}: too small (expected at least {}, the special "
                            "tokens and the characters); raise it, or limit the alphabet",
                            options.vocab, least));
  const ScriptRuns known = make_runs(runs, options.alphabet);
  UnigramTrainer trainer(known, options.min_frequency, options.threads);
  trainer.run(options.vocab - options.special.size());

  UnigramVocabulary vocabulary;
  for (const std::string& token : options.special) {
    vocabulary.tokens.push_back(token);
    vocabulary.scores.push_back(0);
  }
  for (auto& [piece, score] : trainer.result()) {
    if (std::ranges::find(options.special, piece) != options.special.end()) continue;
    vocabulary.tokens.push_back(std::move(piece));
    vocabulary.scores.push_back(score);
  }
  return vocabulary;
}

}  // namespace nlp::train
