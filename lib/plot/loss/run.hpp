// The steps of a training run, from its log.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace nlp::plot {

// One value a step; NaN where the log has none.
struct Run {
  std::string name;           // as the picture names it; valid UTF-8 without control characters
  std::vector<double> steps;  // ascending
  std::vector<double> loss, rate, dev;

  bool has_rate() const;
  bool has_dev() const;
};

// Reads JSON Lines as `nlp train --log` writes them: objects with `step` and `loss`, and maybe `lr`
// and `dev`; a number may be null.  Other keys and empty lines are passed over, so is a last line
// without newline that is not whole yet.
// Throws Error{data} `FILE:LINE: what; what to do`, and `FILE: …` for a log without steps.
Run read_run(std::string_view bytes, const std::string& file);

}  // namespace nlp::plot
