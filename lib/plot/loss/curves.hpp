// The numbers that a picture of losses shows.
#pragma once
#include <vector>

#include "plot/axes.hpp"
#include "plot/loss/run.hpp"

namespace nlp::plot {

struct LossOptions {
  std::string title;
  bool log_x = false, log_y = false;
  bool rate = false;  // a second panel: the learning rate
  double smooth = 1;  // the span of smooth(), in per cent of the axis of steps; 0: no such line
};

struct Curve {
  Run run;
  std::vector<double> smooth;  // the loss, smoothed; empty where it is not
};

struct Curves {
  std::vector<Curve> curves;
  Axis steps, loss, rate;  // with the ranges that show every value that has a place
};

// Throws Error{data} where nothing can be drawn: no positive number for a logarithmic axis, no
// rate.
Curves loss_curves(std::vector<Run> runs, const LossOptions& options);

}  // namespace nlp::plot
