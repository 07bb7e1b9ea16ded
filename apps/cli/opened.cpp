#include "cli/opened.hpp"

#include <fmt/format.h>

#include <future>
#include <utility>

#include "dnn/version.hpp"

namespace nlp::cli {

namespace {
void tell_provenance(const App& app, const tokenizer::Tokenizer& tokenizer) {
  for (const std::string& line : tokenizer.provenance()) app.messages().info(line);
}
}  // namespace

tokenizer::Tokenizer open_tokenizer(const App& app, const std::filesystem::path& directory) {
  auto tokenizer = tokenizer::Tokenizer::open(directory);
  tell_provenance(app, tokenizer);
  return tokenizer;
}

Opened open(const App& app, const ModelOptions& options, const ComputeOptions& compute) {
  return open(app, options.directory(), compute);
}

Opened open(const App& app, const std::filesystem::path& directory, const ComputeOptions& compute) {
  const model::OpenOptions& options = compute.open_options();
  // Each takes some ten milliseconds.
  const auto policy = compute.threads() > 1 ? std::launch::async : std::launch::deferred;
  auto tokenizer =
      std::async(policy, [&directory] { return tokenizer::Tokenizer::open(directory); });
  auto model = model::Model::open(directory, options);
  Opened opened{std::move(model), tokenizer.get()};
  tell_provenance(app, opened.tokenizer);
  const auto& config = opened.model.config();
  app.messages().info(fmt::format("{}: {}, {} layers, hidden size {}, {} tokens at most",
                                  directory.string(), config.model_type, config.layers,
                                  config.hidden_size, config.max_tokens));
  if (opened.model.used() != options.type)
    app.messages().info(
        fmt::format("--dtype {}: this machine ({}) has no fast kernels of it; "
                    "weights are rounded to it, {} is computed",
                    name_of(options.type), dnn::isa_name(), name_of(opened.model.used())));
  return opened;
}

model::RunOptions worker_options(const ComputeOptions& compute, int threads,
                                 std::shared_ptr<const bool> first) {
  model::RunOptions options = compute.run_options(threads);
  if (options.tell_error)
    options.tell_error = [tell = options.tell_error,
                          first = std::move(first)](const model::AttentionError& error) {
      if (*first) tell(error);
    };
  return options;
}

}  // namespace nlp::cli
