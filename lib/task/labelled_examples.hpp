// The label of a text by the labelled examples that are nearest to it: few-shot classification
// without training.
// Source: Cover and Hart 1967, "Nearest neighbor pattern classification"; votes by similarity,
// Dudani 1976.
// Legend: N examples, E numbers of a vector, C labels.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::task {

enum class Votes {
  similarity,  // the cosine of the angle between the vectors, none where it is negative
  equal,       // one each
};

struct NearestOptions {
  std::size_t nearest = 5;  // examples that vote
  Votes votes = Votes::similarity;
};

class LabelledExamples {
 public:
  explicit LabelledExamples(const NearestOptions& options) : options_(options) {}

  // Vectors [E] are compared by their direction.  Throws Error{internal} where E differs.
  void add(std::span<const float> vector, std::string_view label);

  // [C] in the order in which they came.
  const std::vector<std::string>& labels() const { return labels_; }
  std::size_t size() const { return label_of_.size(); }  // N

  // [C] each label's share of the votes of the nearest examples, the earlier of equally near ones;
  // where no vote counts anything, all of them count the same.  Needs an example.
  std::vector<double> scores(std::span<const float> vector) const;

 private:
  NearestOptions options_;
  std::vector<std::string> labels_;
  std::vector<std::size_t> label_of_;  // [N]
  std::vector<float> vectors_;         // [N,E], of length 1 or 0
};

}  // namespace nlp::task
