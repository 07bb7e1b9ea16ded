// nlp plot scaling - time against the size of models, measured here.  Manual: man/plot-scaling.txt
#include "train/scaling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/options.hpp"
#include "cli/picture_options.hpp"
#include "cli/temporary_directory.hpp"
#include "plot/commands.hpp"
#include "plot/scaling/picture.hpp"

namespace nlp::plot_command {
namespace {

constexpr std::int64_t kMostLayers = 96, kLeastHidden = 8, kMostHidden = 4096, kHead = 64;

std::string name_of(const train::EncoderSize& size) {
  return fmt::format("{}x{}", size.layers, size.hidden_size);
}

// "12x768".  Throws Error{usage}.
train::EncoderSize parse_size(const std::string& text) {
  train::EncoderSize size;
  int end = 0;
  long long layers = 0, hidden = 0;
  const bool whole = text.size() < 16 &&
                     std::sscanf(text.c_str(), "%lldx%lld%n", &layers, &hidden, &end) == 2 &&
                     static_cast<std::size_t>(end) == text.size();
  size = {layers, hidden};
  if (!whole || layers < 1 || layers > kMostLayers || hidden < kLeastHidden ||
      hidden > kMostHidden || (hidden > kHead && hidden % kHead != 0))
    throw Error(Kind::usage,
                fmt::format("--sizes: no size of a model (expected LAYERSxHIDDEN, 1 to {} layers "
                            "and a hidden size from {} to {}, a multiple of {} where it is more, "
                            "got {})",
                            kMostLayers, kLeastHidden, kMostHidden, kHead, text));
  return size;
}

// From the smallest on, none twice.
std::vector<train::EncoderSize> parse_sizes(const std::vector<std::string>& texts) {
  std::vector<train::EncoderSize> sizes;
  std::set<std::int64_t> seen;
  for (const auto& text : texts) {
    sizes.push_back(parse_size(text));
    if (!seen.insert(train::layer_parameters(sizes.back())).second)
      throw Error(Kind::usage, fmt::format("--sizes: {} is as large as another one", text));
  }
  if (sizes.size() < 2) throw Error(Kind::usage, "--sizes: a curve needs two sizes at least");
  std::ranges::sort(sizes, {}, train::layer_parameters);
  return sizes;
}

plot::ScalingCurves curves_of(const train::Scaling& scaling, std::string title) {
  plot::ScalingCurves curves;
  for (const auto& point : scaling.points) {
    curves.parameters.push_back(static_cast<double>(point.parameters));
    curves.measured.push_back(point.seconds);
    curves.hypothetical.push_back(point.hypothetical);
    curves.names.push_back(name_of(point.size));
  }
  curves.measured_name = fmt::format("measured: grows with parameters ^ {:.2f}",
                                     train::power_law_exponent(curves.parameters, curves.measured));
  curves.hypothetical_name = fmt::format(
      "hypothetical: 2 x parameters / {:.0f} GFLOP/s of a large product", scaling.limit_rate / 1e9);
  curves.title = std::move(title);
  return curves;
}

std::vector<cli::PictureArray> arrays_of(const train::Scaling& scaling) {
  std::vector<cli::PictureArray> arrays = {{"layers", {}, npy::Type::int64},
                                           {"hidden_size", {}, npy::Type::int64},
                                           {"parameters", {}, npy::Type::int64},
                                           {"measured", {}},
                                           {"hypothetical", {}},
                                           {"limit", {scaling.limit_rate}}};
  for (const auto& point : scaling.points) {
    arrays[0].values.push_back(static_cast<double>(point.size.layers));
    arrays[1].values.push_back(static_cast<double>(point.size.hidden_size));
    arrays[2].values.push_back(static_cast<double>(point.parameters));
    arrays[3].values.push_back(point.seconds);
    arrays[4].values.push_back(point.hypothetical);
  }
  return arrays;
}

}  // namespace

int scaling(int argc, char** argv) {
  cli::App app("plot scaling");
  std::vector<std::string> sizes = {"2x128", "4x256", "4x512", "8x512", "12x768"};
  train::ScalingOptions options;
  app.add_option("--sizes", sizes, "Models to measure: layers and hidden size of each")
      ->type_name("LxH,...")
      ->delimiter(',')
      ->default_str("2x128,4x256,4x512,8x512,12x768");
  app.add_option("--length", options.length, "Tokens of a text")
      ->type_name("N")
      ->range(std::int64_t{1}, std::int64_t{4096})
      ->capture_default_str();
  app.add_option("--texts", options.texts, "Texts of a round")
      ->type_name("N")
      ->range(std::int64_t{1}, std::int64_t{4096})
      ->capture_default_str();
  app.add_option("--repeat", options.measure.repeat, "Runs of each model, of which the best counts")
      ->type_name("N")
      ->range(1, 10000)
      ->capture_default_str();
  app.add_option("--seconds", options.measure.seconds, "Least time of a run")
      ->type_name("SECONDS")
      ->range(0.0, 3600.0)
      ->capture_default_str();
  cli::PictureOptions picture(app, {800, 500});
  cli::ComputeOptions compute(app, {.model = false});

  return app.run(argc, argv, [&] {
    options.sizes = parse_sizes(sizes);
    options.batch_tokens = compute.batch_tokens();
    options.threads = compute.threads();
    const cli::TemporaryDirectory directory;
    const auto scaling = train::measure_scaling(directory.path(), options);
    const auto curves = curves_of(scaling, picture.title());
    std::string bytes;
    if (picture.is_blocks()) {
      const auto size = picture.cells(1);
      bytes = plot::scaling_blocks(curves, size.columns, size.rows, app.color());
    } else {
      const auto drawn = plot::draw_scaling(curves, picture.width(), picture.height());
      bytes = picture.file(drawn.picture, drawn.hover);
    }
    picture.write(bytes, arrays_of(scaling));
  });
}

}  // namespace nlp::plot_command
