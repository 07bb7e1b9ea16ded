#include "task/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "task/token_rules.hpp"
#include "task/write_texts.hpp"

namespace nlp::task {
namespace {

constexpr std::int64_t kMaxNewTokens = 256;  // where neither the user nor the checkpoint says

std::int64_t new_tokens(const GenerateOptions& options, const model::GenerationConfig& rules,
                        std::int64_t positions) {
  if (options.max_new_tokens && *options.max_new_tokens > positions)
    throw Error(Kind::usage, fmt::format("--max-tokens: tokens to write (expected at most the "
                                         "model's {} positions, got {}); ask for fewer",
                                         positions, *options.max_new_tokens));
  return std::min(options.max_new_tokens.value_or(rules.max_new_tokens.value_or(kMaxNewTokens)),
                  positions);
}

}  // namespace

void require_whole_texts(const FitOptions& fit) {
  if (fit.fit == Fit::window)
    throw Error(
        Kind::usage,
        "--overflow window: a model that writes reads a text as one; use truncate or error");
}

Generator::Generator(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                     const GenerateOptions& options)
    : model_(model), tokenizer_(tokenizer), fit_(options.fit) {
  model.require_decoder();
  require_whole_texts(fit_);
  fit_.may_window = false;
  limit_ = input_limit(model, tokenizer.max_length(), fit_);
  model::GenerationConfig rules = model.generation();
  start_id_ = rules.start_id;
  rules_.beams = options.beams.value_or(rules.beams.value_or(1));
  rules_.max_new_tokens = new_tokens(options, rules, model.config().max_tokens);
  rules_.end_ids = rules.end_ids;
  rules_.length_penalty = rules.length_penalty;
  rules_.next_scores = TokenRules(std::move(rules), rules_.max_new_tokens);
}

SplitInput Generator::prepare(std::string_view text) const {
  auto encoding = tokenizer_.encode(text);
  return split_input(encoding, limit_, fit_);
}

std::vector<Generated> Generator::operator()(std::span<const SplitInput> texts,
                                             model::Workspace& workspace) const {
  std::vector<WritingJob> jobs;
  for (const SplitInput& text : texts) jobs.push_back({text.pieces.front().ids, &rules_});
  std::vector<Generated> results;
  for (const auto& hypotheses :
       write_texts(model_, start_id_, jobs, fit_.batch_tokens, workspace)) {
    const Hypothesis& best = hypotheses.front();
    results.push_back({best.ids, tokenizer_.decode(best.ids), best.score, best.ended});
  }
  return results;
}

}  // namespace nlp::task
