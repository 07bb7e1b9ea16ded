#include "explain/subject.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "task/entities.hpp"
#include "task/inputs.hpp"
#include "task/log_softmax.hpp"
#include "task/trim.hpp"

namespace nlp::explain {
namespace {

model::Batch batch_of(const tokenizer::Encoding& encoding) {
  model::Batch batch;
  batch.add(encoding.ids, encoding.type_ids);
  return batch;
}

// Which labels a target means; all but `O` where none is named, of whole texts all.
std::vector<bool> wanted_labels(const std::vector<std::string>& labels, bool of_tokens,
                                const std::optional<std::string>& target) {
  const task::LabelScheme scheme(labels);
  std::vector<bool> wanted;
  for (std::size_t c = 0; c < labels.size(); ++c)
    wanted.push_back(target ? labels[c] == *target ||
                                  (of_tokens && scheme[c].place != 'O' && scheme[c].kind == *target)
                     : of_tokens ? scheme[c].place != 'O'
                                 : true);
  if (std::ranges::count(wanted, true) == 0)
    throw Error(Kind::usage, fmt::format("--target: `{}` is no label of the model (it has: {})",
                                         target.value_or(""), fmt::join(labels, ", ")));
  return wanted;
}

}  // namespace

Subjects::Subjects(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                   model::Head head, SubjectOptions options)
    : model_(model),
      tokenizer_(tokenizer),
      head_(head),
      options_(std::move(options)),
      limit_(task::input_limit(model, tokenizer.max_length(), options_.fit)) {
  model.require(head);
  if (head != model::Head::masked_lm)
    wanted_ = wanted_labels(model.config().labels, head == model::Head::token_classification,
                            options_.target);
  else if (!tokenizer.mask_id())
    throw Error(Kind::model,
                "tokenizer: no mask token; use the tokenizer of a masked language model");
}

Subject Subjects::operator()(std::string_view text, std::optional<std::string_view> pair,
                             model::Workspace& workspace) const {
  Subject subject;
  subject.encoding = pair ? tokenizer_.encode(text, *pair) : tokenizer_.encode(text);
  subject.truncated = task::split_input(subject.encoding, limit_, options_.fit).truncated;
  subject.goal.head = head_;
  const bool lacks_mask = head_ == model::Head::masked_lm && options_.place == 0 &&
                          std::ranges::count(subject.encoding.ids, tokenizer_.mask_id()) == 0;
  subject.is_nothing = lacks_mask || std::ranges::count(subject.encoding.special, 0) == 0;
  if (subject.is_nothing) return subject;
  if (head_ == model::Head::masked_lm)
    find_word(text, subject, workspace);
  else if (head_ == model::Head::token_classification)
    find_label_of_token(text, subject, workspace);
  else
    find_label(subject, workspace);
  return subject;
}

// The token that the target is in the place of the mask.
std::int32_t Subjects::id_of_target(std::string_view text, text::Span mask) const {
  const std::string& word = *options_.target;
  const std::string whole =
      std::string(text.substr(0, mask.start)).append(word).append(text.substr(mask.end));
  const text::Span place{mask.start, mask.start + static_cast<std::uint32_t>(word.size())};
  const tokenizer::Tokens tokens = tokenizer_.tokenize(whole);
  for (std::size_t t = 0; t < tokens.size(); ++t)
    if (!word.empty() && task::trim(whole, tokens.offsets[t]) == place &&
        tokens.ids[t] != tokenizer_.unknown_id())
      return tokens.ids[t];
  throw Error(Kind::data, fmt::format("--target: `{}` is no single token of the vocabulary; give "
                                      "another word",
                                      word));
}

void Subjects::find_word(std::string_view text, Subject& subject,
                         model::Workspace& workspace) const {
  const auto& ids = subject.encoding.ids;
  std::int64_t left = std::max<std::int64_t>(1, options_.place);
  const auto found = std::ranges::find_if(
      ids, [&](std::int32_t id) { return id == *tokenizer_.mask_id() && --left == 0; });
  if (found == ids.end())
    throw Error(Kind::data,
                fmt::format("--place {}: this text has not so many masks", options_.place));
  subject.goal.row = found - ids.begin();
  subject.place =
      task::trim(text, subject.encoding.offsets[static_cast<std::size_t>(subject.goal.row)]);
  if (options_.target) {
    subject.goal.column = id_of_target(text, *subject.place);
    subject.target = *options_.target;
    return;
  }
  tensor::Tensor logits;
  goal_logits(model_, subject.goal, batch_of(subject.encoding), workspace, logits);
  // A row of the decoder may stand for no token.
  for (const std::int32_t id : task::LogSoftmax(logits.row(0)).top(logits.row(0).size()))
    if (!tokenizer_.token_of(id).empty()) {
      subject.goal.column = id;
      break;
    }
  const std::int32_t id = static_cast<std::int32_t>(subject.goal.column);
  const std::string word = tokenizer_.decode(std::span(&id, 1), false);
  const text::Span span = task::trim(word, {0, static_cast<std::uint32_t>(word.size())});
  subject.target = word.substr(span.start, span.size());
}

void Subjects::find_label_of_token(std::string_view text, Subject& subject,
                                   model::Workspace& workspace) const {
  const tokenizer::Encoding& encoding = subject.encoding;
  model::Encoded encoded;
  tensor::Tensor logits;
  model_.encode(batch_of(encoding), {}, workspace, encoded);
  model_.token_logits(encoded.last, workspace, logits);
  double best = -1;
  std::vector<double> probabilities(wanted_.size());
  for (std::size_t t = 0; t < encoding.size(); ++t) {
    if (encoding.special[t] != 0) continue;
    if (options_.place > 0 && encoding.words[t] != options_.place - 1) continue;
    task::softmax(logits.row(static_cast<std::int64_t>(t)), probabilities);
    for (std::size_t c = 0; c < wanted_.size(); ++c) {
      if (!wanted_[c] || probabilities[c] <= best) continue;
      best = probabilities[c];
      subject.goal.row = static_cast<std::int64_t>(t);
      subject.goal.column = static_cast<std::int64_t>(c);
    }
    if (options_.place > 0) break;  // a word's label is that of its first token
  }
  if (best < 0)
    throw Error(Kind::data,
                fmt::format("--place {}: this text has not so many words", options_.place));
  subject.target = model_.config().labels[static_cast<std::size_t>(subject.goal.column)];
  subject.place = task::trim(text, encoding.offsets[static_cast<std::size_t>(subject.goal.row)]);
}

void Subjects::find_label(Subject& subject, model::Workspace& workspace) const {
  subject.goal.function = task::score_function(model_.config());
  tensor::Tensor logits;
  goal_logits(model_, subject.goal, batch_of(subject.encoding), workspace, logits);
  float best = 0;
  bool found = false;
  for (std::size_t c = 0; c < wanted_.size(); ++c) {
    if (!wanted_[c] || (found && logits.row(0)[c] <= best)) continue;
    best = logits.row(0)[c];
    found = true;
    subject.goal.column = static_cast<std::int64_t>(c);
  }
  subject.target = model_.config().labels[static_cast<std::size_t>(subject.goal.column)];
}

}  // namespace nlp::explain
