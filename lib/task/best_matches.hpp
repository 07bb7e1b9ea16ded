// The best of many scores, however they come.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace nlp::task {

struct Match {
  std::int64_t row = 0;
  float score = 0;
};

// Better scores first, of equal ones the lower row: a total order, so that the best are the same
// however rows were shared out.
inline bool is_better(const Match& left, const Match& right) {
  return left.score > right.score || (left.score == right.score && left.row < right.row);
}

// Keeps the `most` best of what is added.  Rows must ascend.
class BestMatches {
 public:
  explicit BestMatches(std::int64_t most) : most_(static_cast<std::size_t>(most)) {}

  // What a score must be above to be kept; NaN never is.
  float least() const { return least_; }
  void add(const Match& match);
  const std::vector<Match>& matches() const { return heap_; }  // in no order

 private:
  std::size_t most_;
  float least_ = -std::numeric_limits<float>::infinity();
  std::vector<Match> heap_;  // the worst in front
};

// The `most` best of all parts, best first.
std::vector<Match> merge(std::span<const BestMatches* const> parts, std::int64_t most);

}  // namespace nlp::task
