#include "plot/loss/curves.hpp"

#include <limits>

#include "base/error.hpp"
#include "plot/smooth.hpp"

namespace nlp::plot {
namespace {
// Adds the values whose step and own number have places.
void extend(const Axis& x, Axis& y, const Run& run, const std::vector<double>& values,
            Range& steps) {
  for (std::size_t k = 0; k < values.size(); ++k)
    if (has_place(run.steps[k], x.logarithmic) && has_place(values[k], y.logarithmic)) {
      y.range.add(values[k]);
      steps.add(run.steps[k]);
    }
}
// The mean is that of places, so that a logarithmic axis shows its early steps one by one.
void add_smooth(const Axis& steps, double share, Curve& curve) {
  const Scale scale{steps.range, steps.logarithmic, 0, 1};
  std::vector<double> places, losses = curve.run.loss;
  for (std::size_t k = 0; k < losses.size(); ++k) {
    const bool placed = has_place(curve.run.steps[k], steps.logarithmic);
    places.push_back(placed ? scale(curve.run.steps[k]) : 0);
    if (!placed) losses[k] = std::numeric_limits<double>::quiet_NaN();
  }
  curve.smooth = smooth(places, losses, share);
}
}  // namespace

Curves loss_curves(std::vector<Run> runs, const LossOptions& options) {
  Curves made;
  made.steps = {"step", {}, options.log_x, true};
  made.loss = {"loss", {}, options.log_y, false};
  made.rate = {"learning rate", {}, false, false};
  for (Run& run : runs) {
    extend(made.steps, made.loss, run, run.loss, made.steps.range);
    extend(made.steps, made.loss, run, run.dev, made.steps.range);
    if (options.rate) extend(made.steps, made.rate, run, run.rate, made.steps.range);
    made.curves.push_back({std::move(run), {}});
  }
  if (made.loss.range.is_empty())
    throw Error(Kind::data,
                "nothing to draw: a logarithmic axis has no place for numbers that are "
                "not positive; leave out --log-x, --log-y");
  if (options.rate && made.rate.range.is_empty())
    throw Error(Kind::data, "no learning rate in the logs (expected lr); leave out --rate");
  // From the very beginning, where that is near.
  if (!options.log_x && made.steps.range.low < made.steps.range.high / 10) made.steps.range.low = 0;
  made.steps.range =
      padded(made.steps.range, made.steps.range.high > made.steps.range.low ? 0 : 1, options.log_x);
  if (options.smooth > 0)
    for (Curve& curve : made.curves) add_smooth(made.steps, options.smooth / 100, curve);
  made.loss.range = padded(made.loss.range, 0.04, options.log_y);
  if (options.rate) {
    made.rate.range.add(0);
    made.rate.range.high = padded(made.rate.range, 0.06, false).high;
  }
  return made;
}

}  // namespace nlp::plot
