// nlp plot loss - training logs as a picture.  Manual: man/plot-loss.txt
#include <fmt/format.h>
#include <unistd.h>

#include "cli/app.hpp"
#include "cli/byte_source.hpp"
#include "cli/display_names.hpp"
#include "cli/picture_options.hpp"
#include "plot/commands.hpp"
#include "plot/loss/picture.hpp"

namespace nlp::plot_command {
namespace {

std::vector<plot::Run> read_runs(const std::vector<std::string>& files) {
  const auto names = cli::display_names(files);
  const cli::Wakeup wakeup;
  std::vector<plot::Run> runs;
  for (std::size_t k = 0; k < files.size(); ++k) {
    cli::ByteSource source(files[k], wakeup);
    std::string bytes;
    while (source.read(bytes)) continue;
    runs.push_back(plot::read_run(bytes, source.name()));
    runs.back().name = names[k];
  }
  return runs;
}

// step.K, loss.K and so on: of the K-th log, counted from 0.
std::vector<cli::PictureArray> arrays_of(const plot::Curves& curves, bool rate) {
  std::vector<cli::PictureArray> arrays;
  for (std::size_t k = 0; k < curves.curves.size(); ++k) {
    const plot::Curve& curve = curves.curves[k];
    const std::string end = fmt::format(".{}", k);
    arrays.push_back({"step" + end, curve.run.steps, npy::Type::int64});
    arrays.push_back({"loss" + end, curve.run.loss});
    if (!curve.smooth.empty()) arrays.push_back({"smooth" + end, curve.smooth});
    if (curve.run.has_dev()) arrays.push_back({"dev" + end, curve.run.dev});
    if (rate) arrays.push_back({"lr" + end, curve.run.rate});
  }
  return arrays;
}

}  // namespace

int loss(int argc, char** argv) {
  cli::App app("plot loss");
  std::vector<std::string> files;
  plot::LossOptions options;
  app.add_option("logs", files, "Logs of nlp train --log, one for each line; - or none is stdin")
      ->type_name("LOG...");
  cli::PictureOptions picture(app, {800, 500});
  app.add_option("--smooth", options.smooth,
                 "Per cent of the axis of steps that the smoothed line spans on either side; 0: no "
                 "such line")
      ->type_name("P")
      ->range(0.0, 100.0)
      ->capture_default_str();
  app.add_flag("--log-x", options.log_x, "A logarithmic axis of steps");
  app.add_flag("--log-y", options.log_y, "A logarithmic axis of losses");
  app.add_flag("--rate", options.rate, "The learning rate in a second panel");

  return app.run(argc, argv, [&] {
    if (files.empty()) {
      if (::isatty(STDIN_FILENO) == 1) throw cli::NothingToRead();
      files = {"-"};
    }
    options.title = picture.title();
    const auto curves = plot::loss_curves(read_runs(files), options);
    std::string bytes;
    if (picture.is_blocks()) {
      const auto size = picture.cells(static_cast<int>(files.size()));
      bytes = plot::loss_blocks(curves, options, size.columns, size.rows, app.color());
    } else {
      const auto drawn = plot::draw_loss(curves, options, picture.width(), picture.height());
      bytes = picture.file(drawn.picture, drawn.hover);
    }
    picture.write(bytes, arrays_of(curves, options.rate));
  });
}

}  // namespace nlp::plot_command
