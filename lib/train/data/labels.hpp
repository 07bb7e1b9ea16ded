// The labels of a set and those of a model.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::train {

// Labels that get other names before they are looked up: {"geo", "LOC"}.
using Renamed = std::map<std::string, std::string>;

// From `geo=LOC`, each.  Throws Error{usage} for what has no name on both sides of its first `=`.
Renamed read_renamed(const std::vector<std::string>& pairs);

// The number that is written there: `12`, `-1.5`, `1e3`; nothing for anything else, NaN and
// infinities.
std::optional<double> number_of(std::string_view text);

// Each label once: by number where all of them are numbers, else by their bytes.
std::vector<std::string> sorted_labels(std::vector<std::string> labels);

class LabelIds {
 public:
  explicit LabelIds(std::vector<std::string> labels, Renamed renamed = {});

  std::size_t size() const { return labels_.size(); }
  const std::string& operator[](std::size_t id) const { return labels_[id]; }
  const std::vector<std::string>& labels() const { return labels_; }

  // The label's id.  Where no label is a number, a whole number is the id itself, as data sets of
  // Hugging Face have them.  Nothing for what is neither.
  std::optional<std::int32_t> find(const std::string& label) const;

  // What there is, for messages: "neg, pos" or "a, b, c, … (77)".
  std::string known() const;

 private:
  std::vector<std::string> labels_;
  std::map<std::string, std::int32_t, std::less<>> ids_;
  Renamed renamed_;
  bool takes_ids_ = true;
};

}  // namespace nlp::train
