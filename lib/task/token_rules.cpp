#include "task/token_rules.hpp"

#include <algorithm>
#include <cmath>

#include "task/log_softmax.hpp"

namespace nlp::task {
namespace {

using Ids = std::span<const std::int32_t>;

void forbid(Ids ids, std::span<double> scores) {
  for (const std::int32_t id : ids) scores[static_cast<std::size_t>(id)] = -INFINITY;
}

// These are certain, all others impossible.
void force(Ids ids, std::span<double> scores) {
  std::ranges::fill(scores, -INFINITY);
  for (const std::int32_t id : ids) scores[static_cast<std::size_t>(id)] = 0;
}

void normalize(std::span<double> scores) {
  const double most = *std::ranges::max_element(scores);
  if (most == -INFINITY) return;
  double sum = 0;
  for (const double score : scores) sum += std::exp(score - most);
  const double log_sum = most + std::log(sum);
  for (double& score : scores) score -= log_sum;
}

}  // namespace

// The last n - 1 tokens may not be followed by what followed them before.
void TokenRules::forbid_repeats(Ids context, std::span<double> scores) const {
  const auto before = static_cast<std::size_t>(rules_.no_repeat_ngram - 1);
  if (context.size() < before) return;
  const Ids last = context.last(before);
  for (std::size_t k = 0; k + before < context.size(); ++k)
    if (std::ranges::equal(context.subspan(k, before), last))
      forbid(context.subspan(k + before, 1), scores);
}

void TokenRules::forbid_bad_words(Ids context, std::span<double> scores) const {
  for (const auto& word : rules_.bad_words) {
    const Ids before = Ids(word).first(word.size() - 1);
    if (before.size() <= context.size() && std::ranges::equal(context.last(before.size()), before))
      forbid(Ids(word).last(1), scores);
  }
}

void TokenRules::operator()(std::span<const float> logits, Ids written,
                            std::span<double> scores) const {
  const LogSoftmax logprobs(logits);
  for (std::size_t id = 0; id < scores.size(); ++id)
    scores[id] = logprobs[static_cast<std::int32_t>(id)];
  // The reference's rules see the start token too.
  std::vector<std::int32_t> context = {rules_.start_id};
  context.insert(context.end(), written.begin(), written.end());
  const auto size = static_cast<std::int64_t>(written.size());

  if (rules_.no_repeat_ngram > 0) forbid_repeats(context, scores);
  forbid_bad_words(context, scores);
  if (size < rules_.min_new_tokens) forbid(rules_.end_ids, scores);
  if (size == 0 && rules_.forced_first_id) force({&*rules_.forced_first_id, 1}, scores);
  if (size + 1 == max_new_tokens_ && !rules_.forced_last_ids.empty())
    force(rules_.forced_last_ids, scores);
  forbid(rules_.suppressed, scores);
  if (size == (rules_.forced_first_id ? 1 : 0)) forbid(rules_.suppressed_first, scores);
  if (rules_.renormalize) normalize(scores);
}

}  // namespace nlp::task
