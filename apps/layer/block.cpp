// nlp layer block - one block of a Transformer encoder.  Manual: man/layer-block.txt
#include <fmt/format.h>

#include "base/cpu.hpp"
#include "base/error.hpp"
#include "cli/array_files.hpp"
#include "layer/commands.hpp"
#include "model/encoder_block.hpp"

namespace nlp::layer_command {
namespace {
enum class Layout { batch_first, sequence_first };

// The texts of [B,T,H], or of [T,B,H], or one text of [T,H].
model::Sequences sequences_of(const tensor::Shape& shape, Layout layout, std::int64_t hidden) {
  if (shape.size() < 2 || shape.size() > 3 || shape.back() != hidden)
    throw Error(Kind::data,
                fmt::format("the input does not fit (expected [{}, {}] or [tokens, {}],"
                            " got {})",
                            layout == Layout::batch_first ? "texts, tokens" : "tokens, texts",
                            hidden, hidden, tensor::to_string(shape)));
  if (shape.size() == 2) return {.texts = 1, .tokens = shape[0]};
  if (layout == Layout::batch_first) return {.texts = shape[0], .tokens = shape[1]};
  return {.texts = shape[1], .tokens = shape[0], .sequence_first = true};
}

// [B,T], or [T] of one text.
void check_mask(const tensor::Tensor& mask, const model::Sequences& sequences) {
  const tensor::Shape wanted = {sequences.texts, sequences.tokens};
  const bool one = sequences.texts == 1 && mask.shape() == tensor::Shape{sequences.tokens};
  if (mask.shape() != wanted && !one)
    throw Error(Kind::data,
                fmt::format("--key-padding-mask: wrong shape (expected {}, got {})",
                            tensor::to_string(wanted), tensor::to_string(mask.shape())));
}
}  // namespace

int block(int argc, char** argv) {
  cli::App app("layer block");
  std::string input = "-", weights, mask_file;
  model::EncoderBlockOptions options;
  Layout layout = Layout::batch_first;
  bool wants_attention = false;
  int threads = 0;
  app.add_option("input", input, "Rows as .npy, or FILE.npz:NAME; - or none is stdin")
      ->type_name("FILE");
  app.add_option("--weights", weights,
                 "The block's weights (.npz), named as in PyTorch's TransformerEncoderLayer")
      ->type_name("FILE")
      ->required();
  app.add_option("--heads", options.heads, "Heads of the attention")
      ->type_name("N")
      ->range(std::int64_t{1}, std::int64_t{1} << 20)
      ->required();
  app.add_choice("--norm", options.pre_norm, {{"post", false}, {"pre", true}},
                 "Where the layer norms stand: behind each part, as in 2017, or before it")
      ->capture_default_str();
  app.add_choice<dnn::Activation>("--activation", options.activation,
                                  {{"relu", dnn::Activation::relu},
                                   {"gelu", dnn::Activation::gelu_erf},
                                   {"gelu-tanh", dnn::Activation::gelu_tanh}},
                                  "The function between the two layers of the feed-forward");
  double epsilon = static_cast<double>(options.epsilon);
  app.add_option("--epsilon", epsilon, "Added to the variance by the layer norms")
      ->type_name("X")
      ->range(0.0, 1.0)
      ->default_str("1e-5");
  app.add_choice<Layout>(
      "--layout", layout,
      {{"batch-first", Layout::batch_first}, {"sequence-first", Layout::sequence_first}},
      "The axes of the input: [batch, sequence, dim] or [sequence, batch, dim]");
  app.add_option("--key-padding-mask", mask_file,
                 "Tokens that nothing attends to, [batch, sequence]: true, or numbers to add to "
                 "scores")
      ->type_name("FILE");
  app.add_flag("--attention", wants_attention,
               "Write the attention weights, too: [batch, heads, sequence, sequence]");
  cli::OutputOptions output(app, cli::array_formats());
  app.add_option("-t,--threads", threads, "Threads; else as many as the process may use")
      ->type_name("N")
      ->range(1, 4096)
      ->group("Compute");

  app.after_parse([&] {
    if (input == "-" && mask_file == "-")
      throw Error(Kind::usage, "stdin holds one file only; name a file for the mask");
  });

  return app.run(argc, argv, [&] {
    options.epsilon = static_cast<float>(epsilon);
    const dnn::Device device;
    const model::EncoderBlock block(device, cli::read_weights(weights), options);
    tensor::Tensor rows = cli::read_tensor(input), mask, attention;
    const auto sequences = sequences_of(rows.shape(), layout, block.hidden());
    model::SelfAttention::Call call;
    call.sequences = sequences;
    if (!mask_file.empty()) {
      mask = cli::read_mask(mask_file, true);
      check_mask(mask, sequences);
      call.scores = dnn::AddedScores{.values = mask.data()};
      call.scores_step = sequences.tokens;
    }
    if (wants_attention) {
      attention.resize({sequences.texts, block.heads(), sequences.tokens, sequences.tokens});
      call.probabilities = attention.data();
    }
    dnn::Workspace workspace(device, threads > 0 ? threads : usable_cpus());
    if (sequences.rows() > 0)
      block.forward(call, {rows.data(), sequences.rows(), block.hidden(), block.hidden()},
                    workspace);
    std::vector<cli::ResultArray> results;
    results.push_back({"output", std::move(rows)});
    if (wants_attention) results.push_back({"attention", std::move(attention)});
    cli::write_results(output, results);
  });
}

}  // namespace nlp::layer_command
