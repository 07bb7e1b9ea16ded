// nlp layer attention - scaled dot-product attention.  Manual: man/layer-attention.txt
#include <fmt/format.h>

#include <algorithm>

#include "base/cpu.hpp"
#include "base/error.hpp"
#include "cli/array_files.hpp"
#include "dnn/attention_arrays.hpp"
#include "layer/commands.hpp"
#include "model/self_attention.hpp"
#include "tensor/broadcast.hpp"

namespace nlp::layer_command {
namespace {

struct Given {
  std::vector<std::string> files;
  std::string weights, mask;
  double scale = 0;
  const cli::Option* scale_option = nullptr;
  bool no_weights = false;
  dnn::ArrayAttentionOptions options;
};

std::vector<cli::ResultArray> results_of(tensor::Tensor output, tensor::Tensor weights,
                                         bool wanted) {
  std::vector<cli::ResultArray> results;
  results.push_back({"output", std::move(output)});
  if (wanted) results.push_back({"weights", std::move(weights)});
  return results;
}

// Of arrays: query, key and value.
std::vector<cli::ResultArray> attend_arrays(const Given& given, const tensor::Tensor* mask) {
  std::vector<tensor::Tensor> arrays;
  for (const auto& file : given.files) arrays.push_back(cli::read_tensor(file));
  const dnn::Device device;
  auto attended = dnn::attend(device, arrays.front(), arrays[arrays.size() > 1 ? 1 : 0],
                              arrays.back(), mask, given.options);
  return results_of(std::move(attended.output), std::move(attended.weights), !given.no_weights);
}

// Of one input, from which the weights make query, key and value in one product.
std::vector<cli::ResultArray> attend_input(const Given& given, const tensor::Tensor* mask) {
  const auto tensors = cli::read_weights(given.weights);
  const bool of_block = tensors.contains("self_attn.in_proj_weight");
  const model::ModuleWeights weights(tensors, of_block ? "self_attn." : "");
  if (!of_block)
    weights.refuse_others({"in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"});
  const dnn::Device device;
  const model::SelfAttention attention(device, weights, given.options.heads);
  const tensor::Tensor rows = cli::read_tensor(given.files.front());
  const tensor::Shape& shape = rows.shape();
  if (shape.size() < 2 || shape.size() > 3 || shape.back() != attention.hidden())
    throw Error(Kind::data,
                fmt::format("the input does not fit (expected [texts, tokens, {0}] or [tokens, "
                            "{0}], got {1})",
                            attention.hidden(), tensor::to_string(shape)));
  model::SelfAttention::Call call;
  call.causal = given.options.causal;
  call.sequences = {.texts = shape.size() == 3 ? shape[0] : 1, .tokens = shape[shape.size() - 2]};
  tensor::Shape shares = {attention.heads(), call.sequences.tokens, call.sequences.tokens};
  if (shape.size() == 3) shares.insert(shares.begin(), shape[0]);
  if (mask) {
    const auto steps = tensor::broadcast_steps(mask->shape(), shares);
    if (!steps)
      throw Error(Kind::data,
                  fmt::format("--mask does not fit (expected a shape that broadcasts "
                              "to {}, got {})",
                              tensor::to_string(shares), tensor::to_string(mask->shape())));
    const auto step = [&](std::size_t from_last) { return (*steps)[steps->size() - from_last]; };
    call.scores = dnn::AddedScores{mask->data(), step(3), step(2), step(1)};
    if (shape.size() == 3) call.scores_step = step(4);
  }
  tensor::Tensor output(shape), probabilities;
  if (!given.no_weights) {
    probabilities.resize(shares);
    call.probabilities = probabilities.data();
  }
  const std::int64_t count = call.sequences.rows(), width = attention.hidden();
  dnn::Workspace workspace(device, given.options.threads);
  if (count > 0)
    attention.forward(call, {rows.data(), count, width, width},
                      {output.data(), count, width, width}, workspace);
  return results_of(std::move(output), std::move(probabilities), !given.no_weights);
}

void check(Given& given) {
  if (given.files.empty()) given.files = {"-"};
  if (given.files.size() > 3)
    throw Error(Kind::usage, "too many files (expected query, key and value)");
  if (std::ranges::count(given.files, "-") + (given.mask == "-" ? 1 : 0) > 1)
    throw Error(Kind::usage, "stdin holds one file only; name files for the others");
  if (given.weights.empty()) return;
  if (given.files.size() > 1)
    throw Error(Kind::usage, "--weights: makes query, key and value of one FILE");
  if (given.options.heads == 0) throw Error(Kind::usage, "--weights: needs --heads, too");
  if (given.scale_option->count() > 0) throw Error(Kind::usage, "--scale: not with --weights");
}

}  // namespace

int attention(int argc, char** argv) {
  cli::App app("layer attention");
  Given given;
  int threads = 0;
  app.add_option("input", given.files,
                 "Query, key and value as .npy, or FILE.npz:NAME; one file alone is all three, the "
                 "second of two is key and value; - or none is stdin")
      ->type_name("FILE...");
  app.add_option("--heads", given.options.heads, "Heads side by side in the last axis")
      ->type_name("N")
      ->range(std::int64_t{1}, std::int64_t{1} << 20)
      ->default_str("");
  app.add_option(
         "--weights", given.weights,
         "Make query, key and value of one input by in_proj_weight and in_proj_bias of this "
         ".npz file, and put out_proj behind, where it is there")
      ->type_name("FILE");
  app.add_option("--mask", given.mask,
                 "Which keys a query sees: true, or numbers to add to scores; of a shape that "
                 "broadcasts to the weights'")
      ->type_name("FILE");
  app.add_flag("--causal", given.options.causal, "A query sees its own key and those before");
  given.scale_option =
      app.add_option("--scale", given.scale, "Factor of the scores; else 1 / sqrt(width of a head)")
          ->type_name("X")
          ->default_str("");
  app.add_flag("--no-weights", given.no_weights,
               "Leave the attention weights out; memory is then linear in the tokens");
  cli::OutputOptions output(app, cli::array_formats());
  app.add_option("-t,--threads", threads, "Threads; else as many as the process may use")
      ->type_name("N")
      ->range(1, 4096)
      ->group("Compute");
  app.after_parse([&] { check(given); });

  return app.run(argc, argv, [&] {
    given.options.threads = threads > 0 ? threads : usable_cpus();
    given.options.weights = !given.no_weights;
    if (given.scale_option->count() > 0) given.options.scale = static_cast<float>(given.scale);
    tensor::Tensor mask;
    if (!given.mask.empty()) mask = cli::read_mask(given.mask, false);
    const tensor::Tensor* added = given.mask.empty() ? nullptr : &mask;
    cli::write_results(
        output, given.weights.empty() ? attend_arrays(given, added) : attend_input(given, added));
  });
}

}  // namespace nlp::layer_command
