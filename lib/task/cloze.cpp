#include "task/cloze.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "task/inputs.hpp"
#include "task/log_softmax.hpp"
#include "task/target_pieces.hpp"
#include "task/trim.hpp"

namespace nlp::task {
namespace {

// What stands before the statement while it is tokenised, so that it is as behind a text.
constexpr std::string_view kBefore = "a ";

// Inputs of text and statement are built to fit; PlaceScorer never splits them.
FitOptions whole_inputs(const FitOptions& fit) {
  FitOptions options = fit;
  options.fit = Fit::error;
  options.overlap = 0;
  return options;
}

}  // namespace

ClozeClassifier::ClozeClassifier(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                                 const ClozeOptions& options)
    : tokenizer_(tokenizer),
      labels_(options.labels),
      mask_id_(tokenizer.mask_id().value_or(-1)),
      scorer_(model, tokenizer, whole_inputs(options.fit)),
      fitter_([&] {
        if (mask_id_ < 0)
          throw Error(Kind::model,
                      "tokenizer: no mask token; use the tokenizer of a masked language model");
        read_statement(options.statement);
        return Fitter(model, tokenizer,
                      room(options.fit, input_limit(model, tokenizer.max_length(), options.fit)));
      }()) {}

void ClozeClassifier::read_statement(std::string statement) {
  const std::string mask = tokenizer_.mask_token();
  std::vector<text::Span> places;
  for (const std::string_view mark :
       {std::string_view("{}"), std::string_view("[MASK]"), std::string_view(mask)})
    for (auto at = statement.find(mark); at != std::string::npos;
         at = statement.find(mark, at + mark.size())) {
      const text::Span span{static_cast<std::uint32_t>(at),
                            static_cast<std::uint32_t>(at + mark.size())};
      if (std::ranges::find(places, span) == places.end()) places.push_back(span);
    }
  if (places.size() != 1)
    throw Error(Kind::usage, fmt::format("--template: expected one {} (or [MASK], {{}}) where the "
                                         "label stands, got '{}'",
                                         mask, statement));
  const auto shift = static_cast<std::uint32_t>(kBefore.size());
  const std::string whole = std::string(kBefore) + replaced(statement, places[0], mask);
  const text::Span place{places[0].start + shift,
                         places[0].start + shift + static_cast<std::uint32_t>(mask.size())};
  const tokenizer::Tokens tokens = tokenizer_.tokenize(whole);
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (trim(whole, tokens.offsets[t]).start < shift) continue;
    if (tokens.ids[t] == mask_id_) mask_ = statement_.size();
    statement_.push_back(tokens.ids[t]);
  }
  try {
    for (const std::string& label : labels_)
      pieces_.push_back(target_pieces(tokenizer_, whole, place, label));
  } catch (const Error& error) {
    throw error.at("--labels");
  }
}

// The windows of a text beside the statement with its longest label.
FitOptions ClozeClassifier::room(const FitOptions& fit, std::int64_t limit) const {
  std::size_t longest = 1;
  for (const auto& pieces : pieces_) longest = std::max(longest, pieces.size());
  const auto taken = static_cast<std::int64_t>(statement_.size() + longest - 1);
  FitOptions options = fit;
  options.window = limit - taken;
  if (options.window <= tokenizer_.template_size(false))
    throw Error(Kind::usage, fmt::format("--template: leaves a text no room (it takes {} tokens of "
                                         "{}); give a shorter one",
                                         taken, limit));
  return options;
}

ClozeText ClozeClassifier::prepare(std::string_view text) const {
  ClozeText result;
  result.ids = tokenizer_.tokenize(text).ids;
  result.windows = fitter_.windows(std::ssize(result.ids));
  result.truncated = result.windows.back().last < std::ssize(result.ids);
  return result;
}

std::vector<std::vector<double>> ClozeClassifier::operator()(std::span<const ClozeText> texts,
                                                             model::Workspace& workspace) const {
  std::vector<FillJob> jobs;  // of all windows of all texts
  for (const ClozeText& text : texts)
    for (const Window& window : text.windows) {
      FillJob& job = jobs.emplace_back();
      job.ids.assign(text.ids.begin() + window.first, text.ids.begin() + window.last);
      job.masks = {job.ids.size() + mask_};
      job.ids.insert(job.ids.end(), statement_.begin(), statement_.end());
      job.targets = {pieces_};
    }
  FillRules rules;
  rules.mask_id = mask_id_;
  const auto filled = fill(jobs, rules, [&](std::span<const Places> places, const UseLogits& use) {
    scorer_(places, use, workspace);
  });

  std::vector<std::vector<double>> scores(texts.size(), std::vector<double>(labels_.size()));
  std::vector<double> logprobs(labels_.size()), of_window(labels_.size());
  std::size_t job = 0;
  for (std::size_t b = 0; b < texts.size(); ++b)
    for (const Window& window : texts[b].windows) {
      for (const Choice& choice : filled[job++].front())
        logprobs[static_cast<std::size_t>(choice.fill.target)] = choice.logprob;
      softmax(logprobs, of_window);
      const double share = texts[b].windows.size() == 1
                               ? 1
                               : static_cast<double>(window.own_last - window.own_first) /
                                     static_cast<double>(texts[b].windows.back().own_last);
      for (std::size_t c = 0; c < labels_.size(); ++c) scores[b][c] += share * of_window[c];
    }
  return scores;
}

}  // namespace nlp::task
