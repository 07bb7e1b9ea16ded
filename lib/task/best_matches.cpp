#include "task/best_matches.hpp"

#include <algorithm>

namespace nlp::task {

void BestMatches::add(const Match& match) {
  if (!(match.score > least_)) return;
  if (heap_.size() == most_) {
    std::pop_heap(heap_.begin(), heap_.end(), is_better);
    heap_.back() = match;
  } else {
    heap_.push_back(match);
  }
  std::push_heap(heap_.begin(), heap_.end(), is_better);
  if (heap_.size() == most_) least_ = heap_.front().score;
}

std::vector<Match> merge(std::span<const BestMatches* const> parts, std::int64_t most) {
  std::vector<Match> all;
  for (const BestMatches* part : parts)
    all.insert(all.end(), part->matches().begin(), part->matches().end());
  std::ranges::sort(all, is_better);
  all.resize(std::min(all.size(), static_cast<std::size_t>(most)));
  return all;
}

}  // namespace nlp::task
