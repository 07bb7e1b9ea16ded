#include "plot/blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "plot/block_axes.hpp"
#include "plot/loss/picture.hpp"

namespace nlp::plot {
namespace {
// On any background.
Color paler(Color color) {
  const auto mixed = [](int part) { return static_cast<std::uint8_t>((part + 2 * 150) / 3); };
  return {mixed(color.red), mixed(color.green), mixed(color.blue)};
}

void draw_curve(const BlockPanel& field, const std::vector<double>& x, const std::vector<double>& y,
                Color color, char letter, Blocks& blocks) {
  const Scale across = field.across(), down = field.down();
  bool has_last = false;
  Point last;
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (!has_place(x[k], field.x.logarithmic) || !has_place(y[k], field.y.logarithmic)) {
      has_last = false;
      continue;
    }
    const Point at{across(x[k]), down(y[k])};
    if (letter != 0)
      blocks.mark(static_cast<int>(std::lround(at.x)) / 2, static_cast<int>(std::lround(at.y)) / 2,
                  std::string(1, letter), color);
    else
      blocks.line(has_last ? last : at, at, color);
    last = at;
    has_last = true;
  }
}

void draw_dev(const BlockPanel& field, const Run& run, Color color, Blocks& blocks) {
  for (std::size_t k = 0; k < run.dev.size(); ++k)
    if (has_place(run.steps[k], field.x.logarithmic) && has_place(run.dev[k], field.y.logarithmic))
      blocks.mark(static_cast<int>(std::lround(field.across()(run.steps[k]))) / 2,
                  static_cast<int>(std::lround(field.down()(run.dev[k]))) / 2, "●", color);
}

// The axis of what is drawn where the losses of single steps are not.
Axis smooth_axis(const Curves& curves) {
  Axis axis = curves.loss;
  axis.range = {};
  for (const Curve& curve : curves.curves)
    for (std::size_t k = 0; k < curve.run.steps.size(); ++k)
      for (const double value :
           {curve.smooth.empty() ? curve.run.loss[k] : curve.smooth[k], curve.run.dev[k]})
        if (has_place(curve.run.steps[k], curves.steps.logarithmic) &&
            has_place(value, axis.logarithmic))
          axis.range.add(value);
  axis.range = padded(axis.range, 0.04, axis.logarithmic);
  return axis;
}

// A row for each run, above the axes.
void draw_names(const Curves& curves, int left, int row, bool letters, Blocks& blocks) {
  for (std::size_t k = 0; k < curves.curves.size(); ++k, ++row) {
    const Run& run = curves.curves[k].run;
    const std::string sample = letters ? std::string(2, static_cast<char>('a' + k % 26)) : "▀▀";
    blocks.mark(left, row, sample.substr(0, sample.size() / 2), series_color(k));
    blocks.mark(left + 1, row, sample.substr(sample.size() / 2), series_color(k));
    blocks.text(left + 3, row, run.has_dev() ? run.name + "  (● dev)" : run.name);
  }
}
}  // namespace

std::string loss_blocks(const Curves& curves, const LossOptions& options, int columns, int rows,
                        bool colored) {
  const auto runs = static_cast<int>(curves.curves.size());
  const int title = options.title.empty() ? 0 : 1;
  const int least_rows = title + runs + (options.rate ? 15 : 6);
  if (rows < least_rows)
    throw Error(Kind::usage, fmt::format("too few rows for the picture (expected {}, got {}); "
                                         "give --height {}",
                                         least_rows, rows, least_rows));
  Blocks blocks(columns, rows);
  const bool letters = !colored && runs > 1;
  BlockPanel loss{curves.steps, colored ? curves.loss : smooth_axis(curves)};
  loss.top = title + runs;
  loss.bottom = rows - 3;
  loss.right = columns - 1;
  BlockPanel rate{curves.steps, curves.rate};
  if (options.rate) {
    rate.right = loss.right;
    rate.bottom = loss.bottom;
    rate.top = loss.bottom - std::max(2, (loss.bottom - loss.top - 3) * 28 / 100);
    loss.bottom = rate.top - 4;
  }
  loss.left = room_on_left(loss.y, loss.bottom - loss.top + 1);
  if (options.rate)
    loss.left = std::max(loss.left, room_on_left(rate.y, rate.bottom - rate.top + 1));
  rate.left = loss.left;

  draw_axes(loss, blocks);
  if (options.rate) {
    blocks.text(rate.left, rate.top - 1, curves.rate.name);
    draw_axes(rate, blocks);
  }
  if (colored)
    for (std::size_t k = 0; k < curves.curves.size(); ++k)
      if (!curves.curves[k].smooth.empty())
        draw_curve(loss, curves.curves[k].run.steps, curves.curves[k].run.loss,
                   paler(series_color(k)), 0, blocks);
  for (std::size_t k = 0; k < curves.curves.size(); ++k) {
    const Curve& curve = curves.curves[k];
    const char letter = letters ? static_cast<char>('a' + k % 26) : '\0';
    draw_curve(loss, curve.run.steps, curve.smooth.empty() ? curve.run.loss : curve.smooth,
               series_color(k), letter, blocks);
    if (options.rate)
      draw_curve(rate, curve.run.steps, curve.run.rate, series_color(k), letter, blocks);
  }
  for (std::size_t k = 0; k < curves.curves.size(); ++k)
    draw_dev(loss, curves.curves[k].run, series_color(k), blocks);
  blocks.text(loss.left, 0, options.title);
  draw_names(curves, loss.left, title, letters, blocks);
  return blocks.str(colored);
}

}  // namespace nlp::plot
