#include "task/fill_mask.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "task/target_pieces.hpp"
#include "task/trim.hpp"

namespace nlp::task {
FillMask::FillMask(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                   FillMaskOptions options)
    : tokenizer_(tokenizer),
      options_(std::move(options)),
      mask_id_(tokenizer.mask_id().value_or(-1)),
      scorer_(model, tokenizer, options_.fit),
      next_words_(tokenizer) {
  if (mask_id_ < 0) {
    throw Error(Kind::model,
                "tokenizer: no mask token; use the tokenizer of a masked language model");
  }
  for (std::string& target : options_.targets) {
    const text::Span span = trim(target, {0, static_cast<std::uint32_t>(target.size())});
    target = target.substr(span.start, span.size());
    if (target.empty()) throw Error(Kind::usage, "--targets: an empty word; remove it");
  }
}

MaskedText FillMask::prepare(std::string_view text) const {
  MaskedText result;
  result.text = text;
  tokenizer::Tokens tokens = tokenizer_.tokenize(text);
  if ((options_.append || options_.next_words > 0) &&
      std::ranges::count(tokens.ids, mask_id_) == 0) {
    const auto size = static_cast<std::uint32_t>(text.size());
    const bool apart = text.empty() || trim(text, {0, size}).end < size;
    result.text.append(apart ? "" : " ").append(tokenizer_.mask_token());
    for (std::size_t m = 1; m < options_.next_words; ++m)
      result.text.append(" ").append(tokenizer_.mask_token());
    tokens = tokenizer_.tokenize(result.text);
    if (options_.next_words > 0) {
      result.written = text.size();
      result.job.fits = [this, before = std::string(text)](std::size_t mask, std::int32_t id) {
        return mask == 0 ? next_words_.fits(before, id) : next_words_.begins_word(id);
      };
    }
  }

  const std::int64_t kept =
      scorer_.fitter().windows(static_cast<std::int64_t>(tokens.size())).back().last;
  if (const auto size = static_cast<std::size_t>(kept); size < tokens.size()) {
    tokens = tokens.slice(0, size);
    result.truncated = true;
  }

  result.job.ids = std::move(tokens.ids);
  for (std::size_t t = 0; t < result.job.ids.size(); ++t) {
    if (result.job.ids[t] != mask_id_) continue;
    result.job.masks.push_back(t);
    result.spans.push_back(trim(result.text, tokens.offsets[t]));
    auto& words = result.targets.emplace_back();
    auto& pieces_of_words = result.job.targets.emplace_back();
    for (std::size_t k = 0; k < options_.targets.size(); ++k) {
      const auto& target = options_.targets[k];
      const auto known = std::find(options_.targets.begin(), options_.targets.end(), target);
      if (static_cast<std::size_t>(known - options_.targets.begin()) != k) continue;
      words.push_back(k);
      try {
        pieces_of_words.push_back(
            target_pieces(tokenizer_, result.text, result.spans.back(), target));
      } catch (const Error& error) {
        throw error.at("--targets");
      }
    }
  }
  return result;
}

std::vector<std::vector<FilledMask>> FillMask::operator()(std::span<const MaskedText> texts,
                                                          model::Workspace& workspace) const {
  std::vector<FillJob> jobs;
  for (const MaskedText& text : texts) jobs.push_back(text.job);
  FillRules rules;
  rules.masks = options_.masks;
  rules.top = options_.top;
  rules.mask_id = mask_id_;
  rules.usable = [this](std::int32_t id) { return !tokenizer_.token_of(id).empty(); };
  const auto choices = fill(jobs, rules, [&](std::span<const Places> places, const UseLogits& use) {
    scorer_(places, use, workspace);
  });

  std::vector<std::vector<FilledMask>> result(texts.size());
  for (std::size_t b = 0; b < texts.size(); ++b) {
    for (std::size_t m = 0; m < texts[b].spans.size(); ++m) {
      FilledMask& filled = result[b].emplace_back();
      filled.span = texts[b].spans[m];
      for (const Choice& choice : choices[b][m]) {
        filled.candidates.push_back(describe(texts[b], m, choice));
      }
    }
  }
  return result;
}

std::string FillMask::word_of(const MaskedText& text, std::size_t mask, const Fill& fill) const {
  if (fill.target >= 0) {
    return options_.targets[text.targets[mask][static_cast<std::size_t>(fill.target)]];
  }
  const std::string word = tokenizer_.decode(fill.ids, false);
  const text::Span span = trim(word, {0, static_cast<std::uint32_t>(word.size())});
  return word.substr(span.start, span.size());
}

Candidate FillMask::describe(const MaskedText& text, std::size_t mask, const Choice& choice) const {
  Candidate candidate;
  candidate.logprob = choice.logprob;
  candidate.rank = choice.rank;
  candidate.ids = choice.fill.ids;
  candidate.whole = choice.fill.ids.size() > 1;
  for (const std::int32_t id : candidate.ids)
    candidate.tokens.emplace_back(tokenizer_.token_of(id));
  candidate.word = word_of(text, mask, choice.fill);

  candidate.sequence = sequence_of(text, mask, choice);
  return candidate;
}

std::string FillMask::sequence_of(const MaskedText& text, std::size_t mask,
                                  const Choice& choice) const {
  std::string sequence;
  if (text.written) {
    sequence.assign(text.text, 0, *text.written);
    for (std::size_t m = 0; m < text.spans.size(); ++m)
      for (const std::int32_t id : (m == mask ? choice.fill : choice.beside[m]).ids)
        next_words_.append(sequence, id);
    return sequence;
  }
  std::size_t copied = 0;
  for (std::size_t m = 0; m < text.spans.size(); ++m) {
    const bool filled = m == mask || !choice.beside[m].ids.empty();
    if (!filled) continue;
    sequence.append(text.text, copied, text.spans[m].start - copied);
    sequence += m == mask ? word_of(text, m, choice.fill) : word_of(text, m, choice.beside[m]);
    copied = text.spans[m].end;
  }
  return sequence.append(text.text, copied);
}

}  // namespace nlp::task
