// nlp layer weights - one block of a checkpoint.  Manual: man/layer-weights.txt
#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/array_files.hpp"
#include "cli/output_file.hpp"
#include "layer/commands.hpp"
#include "model/block_weights.hpp"

namespace nlp::layer_command {
namespace {

const char* activation_name(dnn::Activation activation) {
  switch (activation) {
    case dnn::Activation::relu:
      return "relu";
    case dnn::Activation::gelu_erf:
      return "gelu";
    case dnn::Activation::gelu_tanh:
      return "gelu-tanh";
    default:
      throw Error(Kind::model,
                  "the block's activation is not one of nlp layer block (relu, gelu, "
                  "gelu-tanh)");
  }
}

// What nlp layer block has to be told.
std::string options_of(const model::EncoderBlockOptions& options) {
  return fmt::format("--heads {} --norm {} --activation {} --epsilon {}", options.heads,
                     options.pre_norm ? "pre" : "post", activation_name(options.activation),
                     options.epsilon);
}

}  // namespace

int weights(int argc, char** argv) {
  cli::App app("layer weights");
  cli::ModelOptions model(app);
  std::int64_t layer = 1;
  app.add_option("--layer", layer, "The block, counted from 1")
      ->type_name("N")
      ->range(std::int64_t{1}, std::int64_t{1} << 20)
      ->capture_default_str();
  cli::OutputOptions output(app, {.formats = {"npz", "text"}, .piped = "npz", .terminal = "text"});

  return app.run(argc, argv, [&] {
    auto block = model::read_block_weights(model.directory(), layer);
    const std::string options = options_of(block.options);
    app.messages().info(options);
    if (output.format() == "text") {
      cli::OutputFile file(output.file());
      file.write(options + "\n");
      for (const auto& [name, values] : block.tensors)
        file.write(fmt::format("{}\t{}\n", name, tensor::to_string(values.shape())));
      file.commit();
      return;
    }
    std::vector<cli::ResultArray> results;
    for (auto& [name, values] : block.tensors) results.push_back({name, std::move(values)});
    cli::write_results(output, results);
  });
}

}  // namespace nlp::layer_command
