#include "plot/loss/picture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plot/legend.hpp"
#include "plot/smooth.hpp"

namespace nlp::plot {
namespace {
constexpr double kPanelGap = 22;
constexpr double kPale = 0.28;

// Points along a line, close enough that a legend upon it meets some.
void cover(Point from, Point to, std::vector<Point>& covered) {
  const int parts = 1 + static_cast<int>(std::hypot(to.x - from.x, to.y - from.y) / 8);
  for (int k = 1; k <= parts; ++k) {
    const double share = static_cast<double>(k) / parts;
    covered.push_back({from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)});
  }
}

// A curve within a panel, broken where it has no value; a value between gaps is a dot.
void draw_curve(const Panel& panel, const std::vector<double>& x, const std::vector<double>& y,
                Line style, Picture& picture, std::vector<Point>* covered = nullptr) {
  const Scale across = panel.x_scale(), up = panel.y_scale();
  std::vector<double> places, values;
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (!has_place(x[k], panel.x.logarithmic)) continue;
    places.push_back(across(x[k]));
    values.push_back(
        has_place(y[k], panel.y.logarithmic) ? up(y[k]) : std::numeric_limits<double>::quiet_NaN());
  }
  Line line = style;
  const auto end_line = [&] {
    if (line.points.size() == 1)
      picture.add(Disc{line.points[0], 1, style.color, style.color});
    else if (!line.points.empty())
      picture.add(line);
    line.points.clear();
  };
  for (const std::size_t k : thinned(places, values)) {
    if (std::isnan(values[k])) {
      end_line();
      continue;
    }
    const Point at{places[k], values[k]};
    if (covered) cover(line.points.empty() ? at : line.points.back(), at, *covered);
    line.points.push_back(at);
  }
  end_line();
}

HoverSeries hover_of(const Curve& curve, Color color, const Panel& panel, bool rate) {
  HoverSeries made{curve.run.name, color, {}, {}, {}};
  const Scale across = panel.x_scale();
  std::vector<std::size_t> steps;
  std::vector<double> places;
  for (std::size_t k = 0; k < curve.run.steps.size(); ++k)
    if (has_place(curve.run.steps[k], panel.x.logarithmic)) {
      steps.push_back(k);
      places.push_back(across(curve.run.steps[k]));
    }
  std::vector<double> loss;
  for (const auto k : steps) loss.push_back(curve.run.loss[k]);
  auto kept = thinned(places, loss);
  for (std::size_t k = 0; k < steps.size(); ++k)
    if (!std::isnan(curve.run.dev[steps[k]])) kept.push_back(k);
  std::ranges::sort(kept);
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());

  const auto add = [&](const char* name, const std::vector<double>& values) {
    std::vector<double> some;
    for (const auto k : kept) some.push_back(values[steps[k]]);
    made.values.emplace_back(name, std::move(some));
  };
  for (const auto k : kept) {
    made.places.push_back(places[k]);
    made.x.push_back(curve.run.steps[steps[k]]);
  }
  add("loss", curve.run.loss);
  if (!curve.smooth.empty()) add("smoothed", curve.smooth);
  if (curve.run.has_dev()) add("dev", curve.run.dev);
  if (rate && curve.run.has_rate()) add("rate", curve.run.rate);
  return made;
}

struct Panels {
  Panel loss, rate;
};

Panels lay_out(const Curves& curves, const LossOptions& options, double width, double height) {
  Panel loss;
  loss.x = curves.steps;
  loss.y = curves.loss;
  loss.top = options.title.empty() ? kEdge : kEdge + kTitle;
  loss.right = width - kEdge - 6;
  loss.bottom = height - kBelow - 4;
  Panel rate = loss;
  rate.y = curves.rate;
  if (options.rate) {
    const double room = loss.bottom - loss.top - kPanelGap;
    rate.top = loss.bottom - std::floor(room * 0.28);
    loss.bottom = rate.top - kPanelGap;
    loss.labelled_x = false;
  }
  loss.left = room_on_left(loss.y, loss.bottom - loss.top);
  if (options.rate) loss.left = std::max(loss.left, room_on_left(rate.y, rate.bottom - rate.top));
  loss.left = rate.left = std::ceil(loss.left + kEdge / 2);
  loss.name_at = rate.name_at = kEdge / 2 + 12;
  return {loss, rate};
}

void draw_dev(const Panel& panel, const Run& run, Color color, Picture& picture,
              std::vector<Point>& covered) {
  const Scale across = panel.x_scale(), up = panel.y_scale();
  for (std::size_t k = 0; k < run.dev.size(); ++k)
    if (has_place(run.steps[k], panel.x.logarithmic) &&
        has_place(run.dev[k], panel.y.logarithmic)) {
      const Point at{across(run.steps[k]), up(run.dev[k])};
      picture.add(Disc{at, 3.5, kPaper, color});
      covered.push_back(at);
    }
}
}  // namespace

LossPicture draw_loss(const Curves& curves, const LossOptions& options, double width,
                      double height) {
  const Panels panels = lay_out(curves, options, width, height);
  LossPicture made{{width, height, options.title.empty() ? "training loss" : options.title, {}},
                   panels.loss,
                   {}};
  Picture& picture = made.picture;
  picture.add(Box{{0, 0}, width, height, kPaper});
  if (!options.title.empty())
    picture.add(Text{options.title,
                     {(panels.loss.left + panels.loss.right) / 2, kEdge + 12},
                     15,
                     Anchor::middle,
                     true,
                     false});
  draw_axes(panels.loss, picture);
  if (options.rate) draw_axes(panels.rate, picture);

  std::vector<Point> covered;
  std::vector<LegendEntry> entries;
  // All pale lines lie under all smoothed ones.
  for (std::size_t k = 0; k < curves.curves.size(); ++k) {
    const Curve& curve = curves.curves[k];
    const bool alone = curve.smooth.empty();
    draw_curve(panels.loss, curve.run.steps, curve.run.loss,
               {{},
                with_opacity(series_color(k), alone ? 1 : kPale),
                alone ? 1.5 : 1,
                alone && is_dashed(k)},
               picture, &covered);
  }
  for (std::size_t k = 0; k < curves.curves.size(); ++k) {
    const Curve& curve = curves.curves[k];
    const Color color = series_color(k);
    if (!curve.smooth.empty())
      draw_curve(panels.loss, curve.run.steps, curve.smooth, {{}, color, 2, is_dashed(k)}, picture,
                 &covered);
    if (options.rate)
      draw_curve(panels.rate, curve.run.steps, curve.run.rate, {{}, color, 1.5, is_dashed(k)},
                 picture);
    entries.push_back({curve.run.name, color, is_dashed(k), false});
  }
  for (std::size_t k = 0; k < curves.curves.size(); ++k) {
    const Run& run = curves.curves[k].run;
    if (!run.has_dev()) continue;
    draw_dev(panels.loss, run, series_color(k), picture, covered);
    entries.push_back({run.name + ", dev", series_color(k), false, true});
  }
  draw_legend(panels.loss, entries, covered, picture);

  made.hover = {"step",
                panels.loss.left,
                panels.loss.top,
                panels.loss.right,
                options.rate ? panels.rate.bottom : panels.loss.bottom,
                {}};
  for (std::size_t k = 0; k < curves.curves.size(); ++k)
    made.hover.series.push_back(
        hover_of(curves.curves[k], series_color(k), panels.loss, options.rate));
  return made;
}

}  // namespace nlp::plot
