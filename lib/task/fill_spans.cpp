#include "task/fill_spans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "task/generate.hpp"
#include "task/log_softmax.hpp"
#include "task/trim.hpp"

namespace nlp::task {
namespace {

using Ids = std::span<const std::int32_t>;

constexpr std::size_t kSpanTokens = 24;  // of one span, at most

bool contains(Ids ids, std::int32_t id) { return std::ranges::count(ids, id) > 0; }

// What an answer may say next: the text's sentinels in their order, words behind each of them, and
// behind the last words what ends it.
struct AnswerRules {
  std::vector<std::int32_t> sentinels;   // of the text
  std::vector<std::int32_t> structural;  // all sentinels and end tokens
  std::vector<std::int32_t> closing;     // what may follow the last words
  std::vector<std::int32_t> unused;      // rows of the table that are no token

  void operator()(std::span<const float> logits, Ids written, std::span<double> scores) const {
    const LogSoftmax logprobs(logits);
    const auto value = [&](std::int32_t id) { return logprobs[id]; };
    // How many sentinels there are, and words behind the last of them.
    std::size_t opened = 0, words = 0;
    for (const std::int32_t id : written) {
      const bool opens = opened < sentinels.size() && id == sentinels[opened];
      words = opens ? 0 : words + 1;
      opened += opens ? 1 : 0;
    }
    std::ranges::fill(scores, -INFINITY);
    const auto allow = [&](std::int32_t id) { scores[static_cast<std::size_t>(id)] = value(id); };
    if (opened > 0 && words < kSpanTokens) {
      for (std::size_t id = 0; id < scores.size(); ++id) allow(static_cast<std::int32_t>(id));
      for (const std::int32_t id : structural) scores[static_cast<std::size_t>(id)] = -INFINITY;
      for (const std::int32_t id : unused) scores[static_cast<std::size_t>(id)] = -INFINITY;
    }
    if (opened > 0 && words == 0) return;
    if (opened < sentinels.size())
      allow(sentinels[opened]);
    else
      std::ranges::for_each(closing, allow);
  }
};

}  // namespace

FillSpans::FillSpans(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                     FillSpansOptions options)
    : model_(model), tokenizer_(tokenizer), options_(std::move(options)) {
  model.require_decoder();
  require_whole_texts(options_.fit);
  options_.fit.may_window = false;
  limit_ = input_limit(model, tokenizer.max_length(), options_.fit);
  generation_ = model.generation();
  const auto vocabulary = model.config().decoder.vocab_size;
  while (const auto id = tokenizer.id_of(fmt::format("<extra_id_{}>", sentinels_.size()))) {
    if (*id >= vocabulary) break;
    sentinels_.push_back(*id);
  }
  if (sentinels_.empty())
    throw Error(Kind::model,
                "tokenizer: no <extra_id_0> to fill and no masked-LM head; use a masked language "
                "model or one that fills spans (T5)");
}

SpanText FillSpans::prepare(std::string_view text) const {
  SpanText result;
  result.text = text;
  auto encoding = tokenizer_.encode(text);
  const auto is_sentinel = [&](std::int32_t id) { return contains(sentinels_, id); };
  if (options_.append && std::ranges::none_of(encoding.ids, is_sentinel)) {
    const auto size = static_cast<std::uint32_t>(text.size());
    const bool apart = text.empty() || trim(text, {0, size}).end < size;
    result.text.append(apart ? "" : " ").append("<extra_id_0>");
    encoding = tokenizer_.encode(result.text);
  }
  const SplitInput input = split_input(encoding, limit_, options_.fit);
  result.truncated = input.truncated;
  result.ids = input.pieces.front().ids;
  for (std::size_t t = 0; t < encoding.size(); ++t) {
    const std::int32_t id = encoding.ids[t];
    if (!is_sentinel(id)) continue;
    if (contains(result.sentinels, id))
      throw Error(Kind::data, fmt::format("{} stands twice in a text; number them: <extra_id_0>, "
                                          "<extra_id_1>",
                                          tokenizer_.token_of(id)));
    result.sentinels.push_back(id);
    result.spans.push_back(trim(result.text, encoding.offsets[t]));
  }
  return result;
}

SearchRules FillSpans::rules_for(const SpanText& text) const {
  AnswerRules answer;
  answer.sentinels = text.sentinels;
  answer.structural = sentinels_;
  for (const auto* ids : {&generation_.end_ids, &generation_.suppressed})
    answer.structural.insert(answer.structural.end(), ids->begin(), ids->end());
  answer.structural.push_back(generation_.start_id);
  // Behind the last words the model says the next sentinel, or ends at once.
  answer.closing = generation_.end_ids;
  std::size_t next = 0;
  for (std::size_t k = 0; k < sentinels_.size(); ++k)
    if (contains(text.sentinels, sentinels_[k])) next = k + 1;
  if (next < sentinels_.size()) answer.closing.push_back(sentinels_[next]);
  for (std::int32_t id = 0; id < model_.config().decoder.vocab_size; ++id)
    if (tokenizer_.token_of(id).data() == nullptr) answer.unused.push_back(id);
  SearchRules rules;
  // Answers that differ in their end alone tell the same words.
  rules.beams = 2 * static_cast<std::int64_t>(options_.top);
  rules.max_new_tokens =
      std::min(static_cast<std::int64_t>(text.sentinels.size() * (kSpanTokens + 1) + 1),
               model_.config().max_tokens);
  rules.end_ids = answer.closing;
  rules.next_scores = std::move(answer);
  return rules;
}

std::vector<FilledMask> FillSpans::describe(const SpanText& text,
                                            std::vector<Hypothesis> answers) const {
  std::ranges::stable_sort(answers, [](const Hypothesis& left, const Hypothesis& right) {
    return left.logprob > right.logprob;
  });
  const std::size_t masks = text.spans.size();
  std::vector<FilledMask> filled(masks);
  for (std::size_t m = 0; m < masks; ++m) filled[m].span = text.spans[m];
  std::vector<std::vector<std::string>> told;  // the words of answers that were told
  for (const Hypothesis& answer : answers) {
    // The words behind each sentinel; an answer that ran out of tokens has fewer.
    std::vector<std::vector<std::int32_t>> ids;
    for (const std::int32_t id : answer.ids) {
      if (ids.size() < masks && id == text.sentinels[ids.size()])
        ids.emplace_back();
      else if (!contains(generation_.end_ids, id) && !contains(sentinels_, id))
        ids.back().push_back(id);
    }
    ids.resize(masks);
    std::vector<std::string> words;
    for (const auto& span : ids) {
      const std::string word = tokenizer_.decode(span, false);
      const text::Span trimmed = trim(word, {0, static_cast<std::uint32_t>(word.size())});
      words.push_back(word.substr(trimmed.start, trimmed.size()));
    }
    if (std::ranges::count(told, words) > 0) continue;
    told.push_back(words);
    std::string sequence;
    std::size_t copied = 0;
    for (std::size_t m = 0; m < masks; ++m) {
      sequence.append(text.text, copied, text.spans[m].start - copied).append(words[m]);
      copied = text.spans[m].end;
    }
    sequence.append(text.text, copied);
    for (std::size_t m = 0; m < masks; ++m) {
      Candidate& candidate = filled[m].candidates.emplace_back();
      candidate.logprob = answer.logprob;
      candidate.rank = std::ssize(told);
      candidate.whole = ids[m].size() != 1;
      for (const std::int32_t id : ids[m]) candidate.tokens.emplace_back(tokenizer_.token_of(id));
      candidate.ids = std::move(ids[m]);
      candidate.word = words[m];
      candidate.sequence = sequence;
    }
    if (told.size() == options_.top) break;
  }
  return filled;
}

std::vector<std::vector<FilledMask>> FillSpans::operator()(std::span<const SpanText> texts,
                                                           model::Workspace& workspace) const {
  std::vector<SearchRules> rules;
  for (const SpanText& text : texts) rules.push_back(rules_for(text));
  std::vector<WritingJob> jobs;
  std::vector<std::size_t> job_texts;  // those with a sentinel
  for (std::size_t b = 0; b < texts.size(); ++b) {
    if (texts[b].sentinels.empty()) continue;
    jobs.push_back({texts[b].ids, &rules[b]});
    job_texts.push_back(b);
  }
  std::vector<std::vector<FilledMask>> results(texts.size());
  auto answers =
      write_texts(model_, generation_.start_id, jobs, options_.fit.batch_tokens, workspace);
  for (std::size_t k = 0; k < answers.size(); ++k)
    results[job_texts[k]] = describe(texts[job_texts[k]], std::move(answers[k]));
  return results;
}

}  // namespace nlp::task
