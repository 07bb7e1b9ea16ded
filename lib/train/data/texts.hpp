// Sets of texts, or pairs of texts, with labels: for text classification and regression.
//   TSV, CSV   text, label                  with pairs: text, pair, label
//   JSON       {"text": …, "label": …}      with pairs also "pair"
// Headers and JSON may also say sentence, sentence1 and sentence2, category, labels, score.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.hpp"
#include "train/data/encode.hpp"
#include "train/data/labels.hpp"
#include "train/data/place.hpp"
#include "train/data/table.hpp"

namespace nlp::train {

enum class Target {
  label,   // one of the labels
  labels,  // any number of them: a JSON list, or separated by commas
  number,  // regression
};

struct TextSpec {
  Target target = Target::label;
  bool pairs = false;
  TableOptions table;
};

struct LabelledText {
  std::string text;  // valid UTF-8
  std::optional<std::string> pair;
  std::vector<std::string> labels;  // one under Target::label, none under Target::number
  float number = 0;                 // under Target::number
  Place place;
};

struct TextSet {
  std::vector<std::string> files;
  std::vector<LabelledText> texts;
  std::uint64_t repaired = 0;  // U+FFFD put in place of what was not UTF-8

  // Every label that occurs, sorted; see sorted_labels().
  std::vector<std::string> labels() const;
};

// Reads files one behind the other; `-` is stdin.
// Throws Error{data} `FILE:LINE: what; what to do`, for a file without rows, too.
TextSet read_texts(const std::vector<std::string>& files, const TextSpec& spec);

struct TextExamples {
  std::vector<Example> examples;  // one of each text, in order
  std::uint64_t truncated = 0;    // texts that were cut
};

// labels [1] under Target::label; scores [C] of 0 and 1 under Target::labels, [1] under
// Target::number.  Throws Error{data} `FILE:LINE: …` for a label that `labels` does not have.
TextExamples text_examples(const TextSet& set, Target target, const LabelIds& labels,
                           const tokenizer::Tokenizer& tokenizer, const EncodeOptions& options);

// The ids of a text's labels.  Throws as above.
std::vector<std::int32_t> label_ids(const TextSet& set, const LabelledText& text,
                                    const LabelIds& labels);

}  // namespace nlp::train
