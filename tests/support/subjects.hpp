// Texts of golden arrays as subjects of explanations.
#pragma once
#include <string>

#include "explain/subject.hpp"
#include "support/training.hpp"

namespace subjects {

// Text `text` of NAME, its first and last token the template's, a goal in its middle.
inline nlp::explain::Subject of(const std::string& name, const nlp::model::Config& config,
                                std::size_t text = 0) {
  const auto example = training::examples_of(golden::Arrays(name, "golden.safetensors")).at(text);
  nlp::explain::Subject subject;
  subject.encoding.ids = example.ids;
  subject.encoding.type_ids = example.type_ids;
  subject.encoding.special.assign(example.ids.size(), 0);
  subject.encoding.special.front() = subject.encoding.special.back() = 1;
  subject.goal.head = training::head_of(name);
  const bool of_text = subject.goal.head == nlp::model::Head::sequence_classification;
  subject.goal.row = of_text ? 0 : static_cast<std::int64_t>(example.ids.size() / 2);
  subject.goal.column = 1;
  if (of_text) subject.goal.function = nlp::task::score_function(config);
  return subject;
}

}  // namespace subjects
