#include <cmath>

#include "base/error.hpp"
#include "base/json.hpp"
#include "plot/loss/picture.hpp"
#include "plot/render.hpp"
#include "plot/svg.hpp"
#include "support/catch.hpp"
#include "support/pixels.hpp"

using namespace nlp::plot;

namespace {
// Falls from 8 to 2 over 100 steps.
Run falling(const std::string& name, double above = 0) {
  Run run;
  run.name = name;
  for (int k = 0; k <= 100; ++k) {
    run.steps.push_back(k);
    run.loss.push_back(8 - 0.06 * k + above);
    run.rate.push_back(1e-3 * (1 - k / 100.0));
    run.dev.push_back(k == 50 ? 7.5 : NAN);
  }
  return run;
}

LossOptions unsmoothed() {
  LossOptions options;
  options.smooth = 0;
  return options;
}

using support::distance;
using support::is_near;
}  // namespace

TEST_CASE("a log of training is read line by line", "[plot]") {
  const Run run = read_run(
      "{\"step\":1,\"loss\":9.5,\"lr\":0.25,\"epoch\":0.1}\n\n"
      "{\"step\":2,\"loss\":null,\"dev\":4}\r\n{\"step\":4,\"loss\":3}\n{\"step\":5,\"lo",
      "log");
  CHECK(run.steps == std::vector<double>{1, 2, 4});
  CHECK(run.loss[0] == 9.5);
  CHECK(std::isnan(run.loss[1]));
  CHECK(run.loss[2] == 3);
  CHECK(run.rate[0] == 0.25);
  CHECK(std::isnan(run.rate[1]));
  CHECK(run.dev[1] == 4);
  CHECK(run.has_dev());
  // A whole last line counts without its newline, too.
  CHECK(read_run("{\"step\":1,\"loss\":2}", "log").steps.size() == 1);
}

TEST_CASE("a log that is none is refused with its line", "[plot]") {
  const std::string good = "{\"step\":7,\"loss\":2}\n";
  const auto refused = [&](const std::string& bytes, const std::string& part) {
    INFO(bytes);
    try {
      read_run(bytes, "log");
      FAIL("was taken");
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::data);
      CHECK_THAT(error.what(), ContainsSubstring(part));
    }
  };
  refused(good + "{\"step\":8,\"lo\n" + good, "log:2: not JSON");
  refused(good + "text\n", "log:2: not JSON");
  refused(good + "[1]\n", "log:2: no step of a training run");
  refused(good + "{\"step\":8}", "log:2: no step of a training run");
  refused(good + "{\"step\":8,\"loss\":\"x\"}\n", "log:2: loss is no number");
  refused(good + "{\"step\":-1,\"loss\":1}\n", "log:2: step is no whole number from 0 on");
  refused(good + "{\"step\":7.5,\"loss\":1}\n", "log:2: step is no whole number");
  refused(good + "{\"step\":1e30,\"loss\":1}\n", "log:2: step is no whole number");
  refused(good + good, "log:2: steps do not ascend");
  refused(good + "{\"step\":8,\"loss\":1e300}\n", "log:2: loss is too large");
  refused(good + "{\"step\":8,\"loss\":1e999}\n", "log:2: a number is beyond float64");
  refused("", "log: no loss in it yet");
  refused("{\"step\":1,\"loss\":null}\n", "log: no loss in it yet");
}

TEST_CASE("the axes hold all that they have a place for", "[plot]") {
  auto options = unsmoothed();
  options.rate = true;
  const auto curves = loss_curves({falling("a"), falling("b", 1)}, options);
  CHECK(curves.steps.range.low == 0);
  CHECK(curves.steps.range.high == 100);
  CHECK(curves.loss.range.low == Approx(2 - 0.04 * 7));
  CHECK(curves.loss.range.high == Approx(9 + 0.04 * 7));
  CHECK(curves.rate.range.low == 0);
  CHECK(curves.rate.range.high == Approx(1.06e-3));
  CHECK(curves.curves[0].smooth.empty());

  options.log_x = true;  // step 0, whose loss is 9, has no place
  const auto logarithmic = loss_curves({falling("a"), falling("b", 1)}, options);
  CHECK(logarithmic.steps.range.low == 1);
  CHECK(logarithmic.loss.range.high == Approx(8.94 + 0.04 * 6.94));

  Run below = falling("below", -20);
  below.dev.assign(101, NAN);
  options.log_y = true;
  CHECK_THROWS_WITH(loss_curves({below}, options), ContainsSubstring("--log-y"));
  Run without = falling("without");
  without.rate.assign(101, NAN);
  CHECK_THROWS_WITH(loss_curves({without}, options), ContainsSubstring("no learning rate"));
}

TEST_CASE("the span of the smoothed line is a share of the axis", "[plot]") {
  Run run;
  run.steps = {0, 1, 2, 100};
  run.loss = {8, 4, 0, 0};
  run.rate = run.dev = std::vector<double>(4, NAN);
  LossOptions options;
  options.smooth = 1 / std::log(2.0);  // the weight halves each hundredth: each step
  const auto curves = loss_curves({run}, options);
  CHECK(curves.curves[0].smooth[1] == Approx((8 / 2.0 + 4) / 2));
}

TEST_CASE("the picture has its lines where the numbers are", "[plot]") {
  auto options = unsmoothed();
  options.rate = true;
  const auto curves = loss_curves({falling("a"), falling("b", 1)}, options);
  const auto drawn = draw_loss(curves, options, 600, 400);
  for (const double scale : {1.0, 2.0}) {
    const Pixels made = pixels(drawn.picture, scale);
    REQUIRE(made.width == 600 * scale);
    REQUIRE(made.height == 400 * scale);
    const Scale x = drawn.loss.x_scale(), y = drawn.loss.y_scale();
    for (const int step : {5, 30, 60, 95})
      for (std::size_t k = 0; k < 2; ++k) {
        INFO(scale << " " << step << " " << k);
        const double loss = 8 - 0.06 * step + static_cast<double>(k);
        CHECK(is_near(made, x(step) * scale, y(loss) * scale, series_color(k)));
        // Between the lines there is paper, or the grid.
        CHECK_FALSE(is_near(made, x(step) * scale, y(loss - 0.5) * scale, series_color(k)));
      }
    // The circle of dev, its middle of paper.
    CHECK(is_near(made, x(50) * scale + 3.5 * scale, y(7.5) * scale, series_color(1)));
    CHECK(distance(made.at(static_cast<int>(x(50) * scale), static_cast<int>(y(7.5) * scale)),
                   kPaper) < 30);
    CHECK(is_near(made, drawn.loss.left * scale, (y(5)) * scale, kInk));
    CHECK(distance(made.at(1, 1), kPaper) == 0);
  }
}

TEST_CASE("a pale line of all steps lies under the smoothed one", "[plot]") {
  LossOptions options;
  options.smooth = 50;
  Run run = falling("a");
  run.loss[20] = 2;  // a spike that the smoothed line does not have
  run.dev.assign(101, NAN);
  const auto drawn = draw_loss(loss_curves({run}, options), options, 600, 400);
  const Pixels made = pixels(drawn.picture, 2);
  const double x = drawn.loss.x_scale()(20) * 2, y = drawn.loss.y_scale()(2.3) * 2;
  CHECK_FALSE(is_near(made, x, y, series_color(0)));
  CHECK(is_near(made, x, y, {184, 215, 234}));  // 0.28 of #0072b2 on white
}

TEST_CASE("files of pictures are what their kind says, and the same each time", "[plot]") {
  LossOptions options;
  options.title = "Loss & <rate> 訓練";
  const auto drawn =
      draw_loss(loss_curves({falling("größer"), falling("b")}, options), options, 600, 400);
  const std::string text = svg(drawn.picture);
  CHECK(text.rfind("<svg ", 0) == 0);
  for (const auto* part : {">größer</text>", ">b, dev</text>", ">step</text>", ">loss</text>",
                           ">100</text>", "<title>Loss &amp; &lt;rate&gt; 訓練</title>", "#0072b2",
                           "#d55e00", "<circle ", "stroke-opacity=\"0.28\""})
    CHECK_THAT(text, ContainsSubstring(part));
  CHECK(png(drawn.picture, 1).substr(0, 8) == "\x89PNG\r\n\x1a\n");
  CHECK(png(drawn.picture, 1) == png(drawn.picture, 1));
  CHECK(pdf(drawn.picture).rfind("%PDF-1.", 0) == 0);
  CHECK(pdf(drawn.picture) == pdf(drawn.picture));
}

TEST_CASE("a page has the numbers that it tells, and loads nothing", "[plot]") {
  auto options = unsmoothed();
  options.rate = true;
  const auto drawn = draw_loss(loss_curves({falling("</script>")}, options), options, 600, 400);
  const std::string page = html_page(drawn.picture, drawn.hover);
  const std::string mark = "id=\"data\">";
  const auto from = page.find(mark) + mark.size();
  const auto data = nlp::Json::parse(page.substr(from, page.find("</script>", from) - from));
  const auto& series = data["series"][0];
  CHECK(series["name"] == "</script>");
  REQUIRE(series["x"].size() == 101);
  CHECK(series["x"][50] == 50);
  CHECK(series["values"]["loss"][50].get<double>() == Approx(5));
  CHECK(series["values"]["dev"][50] == 7.5);
  CHECK(series["values"]["dev"][51].is_null());
  CHECK(series["values"]["rate"][50].get<double>() == Approx(5e-4));
  CHECK(series["places"][100].get<double>() == Approx(drawn.loss.right));
  CHECK(page.find("src=") == std::string::npos);
  CHECK(page.find("href=") == std::string::npos);
}

TEST_CASE("a picture that is too small for its names says so", "[plot]") {
  LossOptions options;
  std::vector<Run> runs(30, falling("run"));
  CHECK_THROWS_WITH(draw_loss(loss_curves(runs, options), options, 600, 400),
                    ContainsSubstring("make the picture larger"));
  CHECK_THROWS_WITH(loss_blocks(loss_curves(runs, options), options, 80, 24, false),
                    ContainsSubstring("--height 36"));
}

TEST_CASE("a picture that is too low for its axes says so", "[plot]") {
  LossOptions options;
  options.rate = true;
  CHECK_THROWS_WITH(draw_loss(loss_curves({falling("a")}, options), options, 300, 200),
                    ContainsSubstring("no room for the axis `learning rate`"));
}

TEST_CASE("steps are whole numbers on the axis, and the names stand beside the line", "[plot]") {
  LossOptions options;
  const auto curves =
      loss_curves({read_run("{\"step\":5,\"loss\":5}\n{\"step\":6,\"loss\":4}\n", "log")}, options);
  const auto drawn = draw_loss(curves, options, 600, 400);
  CHECK(svg(drawn.picture).find(">5.5<") == std::string::npos);
  // From upper left to lower right: the upper right corner is free.
  const auto legend_left = [&](const LossPicture& picture) {
    double left = 0;
    for (const Shape& shape : picture.picture.shapes)
      if (const auto* box = std::get_if<Box>(&shape)) left = box->corner.x;
    return left;
  };
  CHECK(legend_left(drawn) > 300);
  const auto rising =
      loss_curves({read_run("{\"step\":5,\"loss\":4}\n{\"step\":6,\"loss\":5}\n", "log")}, options);
  CHECK(legend_left(draw_loss(rising, options, 600, 400)) < 300);
}

TEST_CASE("a single step can be drawn", "[plot]") {
  LossOptions options;
  const Run run = read_run("{\"step\":1,\"loss\":3}", "log");
  const auto curves = loss_curves({run}, options);
  const auto drawn = draw_loss(curves, options, 300, 200);
  const Pixels made = pixels(drawn.picture, 1);
  CHECK(is_near(made, drawn.loss.x_scale()(1), drawn.loss.y_scale()(3), series_color(0)));
  CHECK_THAT(loss_blocks(curves, options, 40, 12, false), ContainsSubstring("3.0┤"));
}
