// How much each token of a text moved a number of the model's results.
// Legend: T tokens of the model input.
#pragma once
#include <optional>
#include <vector>

namespace nlp::explain {

struct Weights {
  std::vector<double> tokens;      // [T]; positive: it moved the number up; 0: it does not count
  double value = 0;                // the number for the text as it is
  std::optional<double> baseline;  // for the text without all its tokens, where that was computed
};

}  // namespace nlp::explain
