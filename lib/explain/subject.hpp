// A text and what of a model's results for it is explained: a word behind a mask, a token's label,
// the label of the text.
// Legend: T tokens of the model input.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "explain/goal.hpp"
#include "task/windows.hpp"
#include "text/span.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::explain {

struct Subject {
  tokenizer::Encoding encoding;
  Goal goal;
  std::string target;               // the label, or the word
  std::optional<text::Span> place;  // bytes of the text: the mask, or the word
  bool truncated = false;
  bool is_nothing = false;  // no token, or no mask where one is wanted: nothing to explain

  // Whether token t may be taken away: not the template's, and not the mask that is filled.
  bool counts(std::size_t t) const {
    return encoding.special[t] == 0 &&
           !(goal.head == model::Head::masked_lm && static_cast<std::int64_t>(t) == goal.row);
  }
};

struct SubjectOptions {
  // A label (of tokens: with `B-` or without), or a word that is one token; else the likeliest.
  std::optional<std::string> target;
  // The mask, or the word, counted from 1; 0: the first mask, or the word that is most surely (the
  // target's kind of) an entity.
  std::int64_t place = 0;
  task::FitOptions fit;  // error or truncate
};

class Subjects {
 public:
  // `model` and `tokenizer` outlive this.  head: masked_lm, token_classification or
  // sequence_classification.
  // Throws Error{model} where the model has no such head or the tokenizer no mask token,
  // Error{usage} for a target that is none of its labels.
  Subjects(const model::Model& model, const tokenizer::Tokenizer& tokenizer, model::Head head,
           SubjectOptions options);

  // `text` is valid UTF-8; a pair is for sequence classifiers.
  // A text without tokens, or without the mask that is to be filled, is nothing.
  // Throws Error{data} where the text is too long, has no mask or word of the place that was asked
  // for, or the target is no single token in its place.
  Subject operator()(std::string_view text, std::optional<std::string_view> pair,
                     model::Workspace& workspace) const;

 private:
  void find_word(std::string_view text, Subject& subject, model::Workspace& workspace) const;
  void find_label_of_token(std::string_view text, Subject& subject,
                           model::Workspace& workspace) const;
  void find_label(Subject& subject, model::Workspace& workspace) const;
  std::int32_t id_of_target(std::string_view text, text::Span mask) const;

  const model::Model& model_;
  const tokenizer::Tokenizer& tokenizer_;
  model::Head head_;
  SubjectOptions options_;
  std::int64_t limit_;
  std::vector<bool> wanted_;  // [C] labels that may be explained
};

}  // namespace nlp::explain
