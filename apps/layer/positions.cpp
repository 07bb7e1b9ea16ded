// nlp layer positions - sinusoidal encodings of positions.  Manual: man/layer-positions.txt
#include <fmt/format.h>

#include <numeric>

#include "base/error.hpp"
#include "cli/array_files.hpp"
#include "layer/commands.hpp"
#include "model/sinusoids.hpp"

namespace nlp::layer_command {
namespace {
enum class Order { interleaved, halves };

tensor::Tensor table(std::int64_t positions, std::int64_t width, Order order) {
  if (order == Order::interleaved) return model::sinusoidal_positions(positions, width);
  tensor::Tensor rows = tensor::Tensor::zeros({positions, width});
  std::vector<std::int32_t> all(static_cast<std::size_t>(positions));
  std::iota(all.begin(), all.end(), 0);
  model::Sinusoids(width).add(all, {rows.data(), positions, width, width});
  return rows;
}
}  // namespace

int positions(int argc, char** argv) {
  cli::App app("layer positions");
  std::string input;
  std::int64_t length = 100, width = 64;
  Order order = Order::interleaved;
  app.add_option("input", input,
                 "Rows that the encodings are added to, [..., tokens, width], as .npy or "
                 "FILE.npz:NAME; - is stdin; without it the encodings alone are written")
      ->type_name("FILE");
  auto* const length_option = app.add_option("--max-length", length, "Positions")
                                  ->type_name("N")
                                  ->range(std::int64_t{1}, std::int64_t{1} << 30)
                                  ->capture_default_str();
  auto* const width_option = app.add_option("--dimensions", width, "Width of an encoding")
                                 ->type_name("N")
                                 ->range(std::int64_t{1}, std::int64_t{1} << 20)
                                 ->capture_default_str();
  app.add_choice<Order>(
      "--order", order, {{"interleaved", Order::interleaved}, {"halves", Order::halves}},
      "A sine and its cosine side by side, as in the paper, or all sines and then "
      "all cosines, as in Marian");
  cli::OutputOptions output(app, cli::array_formats());

  return app.run(argc, argv, [&] {
    if (!input.empty() && (length_option->count() > 0 || width_option->count() > 0))
      throw Error(Kind::usage,
                  "--max-length, --dimensions: the input has its own extents; leave them out");
    std::vector<cli::ResultArray> results;
    if (input.empty()) {
      results.push_back({"positions", table(length, width, order)});
    } else {
      tensor::Tensor rows = cli::read_tensor(input);
      const tensor::Shape& shape = rows.shape();
      if (shape.size() < 2)
        throw Error(Kind::data, fmt::format("the input does not fit (expected [..., tokens, width],"
                                            " got {})",
                                            tensor::to_string(shape)));
      tensor::Tensor encodings;
      if (rows.size() > 0) encodings = table(shape[shape.size() - 2], shape.back(), order);
      for (std::int64_t k = 0; k < rows.size(); ++k)
        rows.data()[k] += encodings.data()[k % encodings.size()];
      results.push_back({"output", std::move(rows)});
    }
    cli::write_results(output, results);
  });
}

}  // namespace nlp::layer_command
