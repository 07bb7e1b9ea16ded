// nlp plot positions - encodings of positions as a picture.  Manual: man/plot-positions.txt
#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/model_store.hpp"
#include "cli/picture_options.hpp"
#include "model/position_table.hpp"
#include "model/sinusoids.hpp"
#include "plot/commands.hpp"
#include "plot/positions/picture.hpp"

namespace nlp::plot_command {
namespace {

// The first so many of what there is; 0: all.
std::int64_t first_of(const char* option, std::int64_t wanted, std::int64_t most) {
  if (wanted > most)
    throw Error(Kind::usage, fmt::format("{}: more than the checkpoint has (expected at most {}, "
                                         "got {})",
                                         option, most, wanted));
  return wanted > 0 ? wanted : most;
}

plot::Values corner_of(const tensor::Tensor& table, std::int64_t rows, std::int64_t columns) {
  plot::Values values{static_cast<int>(rows), static_cast<int>(columns), {}};
  for (std::int64_t row = 0; row < rows; ++row)
    for (const float value : table.row(row).first(static_cast<std::size_t>(columns)))
      values.values.push_back(value);
  return values;
}

}  // namespace

int positions(int argc, char** argv) {
  cli::App app("plot positions");
  std::string model;
  std::int64_t length = 0, dimensions = 0;
  double most = 0;
  app.add_option("-m,--model", model,
                 "The positions of a checkpoint: its directory, or its name in the model store; "
                 "else sinusoidal ones")
      ->type_name("MODEL");
  app.add_option("--max-length", length, "Positions to draw; else 100, of a checkpoint all")
      ->type_name("N")
      ->range(std::int64_t{1}, std::int64_t{8192})
      ->default_str("");
  app.add_option("--dimensions", dimensions, "Dimensions to draw; else 64, of a checkpoint all")
      ->type_name("N")
      ->range(std::int64_t{1}, std::int64_t{4096})
      ->default_str("");
  app.add_option("--max", most,
                 "The size of a value that has the darkest colour; else by the values")
      ->type_name("X")
      ->range(1e-9, 1e9)
      ->default_str("");
  cli::PictureOptions picture(app, {900, 560});

  return app.run(argc, argv, [&] {
    plot::Values values;
    if (model.empty()) {
      length = length > 0 ? length : 100;
      dimensions = dimensions > 0 ? dimensions : 64;
      values = corner_of(model::sinusoidal_positions(length, dimensions), length, dimensions);
    } else {
      const auto table = model::position_table(cli::resolve_model(model, cli::environment));
      values = corner_of(table, first_of("--max-length", length, table.rows()),
                         first_of("--dimensions", dimensions, table.shape()[1]));
    }
    std::string bytes;
    if (picture.is_blocks()) {
      // All dimensions, as far as that is not too high.
      const auto size = picture.cells(std::min(20, std::max(1, values.columns / 2 - 18)));
      bytes = plot::positions_blocks(values, picture.title(), most, size.columns, size.rows,
                                     app.color());
    } else {
      const auto drawn =
          plot::draw_positions(values, picture.title(), most, picture.width(), picture.height());
      bytes = picture.file(drawn.picture, drawn.hover);
    }
    picture.write(
        bytes, {{"positions", values.values, npy::Type::float32, {values.rows, values.columns}}});
  });
}

}  // namespace nlp::plot_command
