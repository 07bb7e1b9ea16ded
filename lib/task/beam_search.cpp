#include "task/beam_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace nlp::task {

BeamSearch::BeamSearch(const SearchRules& rules) : rules_(rules), running_(1) {}

bool BeamSearch::before(const Candidate& left, const Candidate& right) {
  if (left.logprob != right.logprob) return left.logprob > right.logprob;
  return left.parent != right.parent ? left.parent < right.parent : left.id < right.id;
}

void BeamSearch::offer(std::size_t hypothesis, std::span<const float> logits) {
  const Hypothesis& from = running_[hypothesis];
  scores_.resize(logits.size());
  rules_.next_scores(logits, from.ids, scores_);
  // Enough that as many are left as there are beams, if all that can end end.
  const auto most = static_cast<std::size_t>(rules_.beams) *
                    (1 + std::max<std::size_t>(1, rules_.end_ids.size()));
  // The best of this hypothesis as a heap, the worst of them on top.
  const auto begin = static_cast<std::ptrdiff_t>(candidates_.size());
  for (std::size_t id = 0; id < scores_.size(); ++id) {
    if (!(scores_[id] > -INFINITY)) continue;
    const Candidate next{from.logprob + scores_[id], hypothesis, static_cast<std::int32_t>(id)};
    const auto heap = candidates_.begin() + begin;
    if (static_cast<std::size_t>(candidates_.end() - heap) < most) {
      candidates_.push_back(next);
      std::push_heap(candidates_.begin() + begin, candidates_.end(), before);
    } else if (before(next, *heap)) {
      std::pop_heap(heap, candidates_.end(), before);
      candidates_.back() = next;
      std::push_heap(heap, candidates_.end(), before);
    }
  }
}

void BeamSearch::end(Hypothesis hypothesis) {
  if (const auto tokens = static_cast<double>(hypothesis.ids.size()); tokens > 0)
    hypothesis.score = hypothesis.logprob / std::pow(tokens, rules_.length_penalty);
  const auto place = std::upper_bound(
      ended_.begin(), ended_.end(), hypothesis,
      [](const Hypothesis& left, const Hypothesis& right) { return left.score > right.score; });
  ended_.insert(place, std::move(hypothesis));
  if (std::ssize(ended_) > rules_.beams) ended_.pop_back();
}

void BeamSearch::advance() {
  std::sort(candidates_.begin(), candidates_.end(), before);
  const std::vector<Hypothesis> from = std::exchange(running_, {});
  parents_.clear();
  for (std::size_t place = 0; place < candidates_.size(); ++place) {
    if (std::ssize(running_) == rules_.beams) break;
    const auto& [logprob, parent, id] = candidates_[place];
    Hypothesis next = from[parent];
    next.ids.push_back(id);
    next.logprob = logprob;
    next.ended = std::ranges::count(rules_.end_ids, id) > 0;
    if (next.ended || std::ssize(next.ids) >= rules_.max_new_tokens) {
      // Only the best end; those behind are there so that enough can go on.
      if (static_cast<std::int64_t>(place) < rules_.beams) end(std::move(next));
    } else {
      running_.push_back(std::move(next));
      parents_.push_back(parent);
    }
  }
  // Where nothing may be written at all, what there is stays.
  if (candidates_.empty())
    for (const Hypothesis& each : from) end(each);
  candidates_.clear();
  done_ = running_.empty() || std::ssize(ended_) == rules_.beams;
}

}  // namespace nlp::task
