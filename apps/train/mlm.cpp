// nlp train mlm - learn a language by guessing masked words.  Manual: man/train-mlm.txt
#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/model_store.hpp"
#include "cli/opened.hpp"
#include "cli/options.hpp"
#include "cli/text_sources.hpp"
#include "cli/train_options.hpp"
#include "train/commands.hpp"
#include "train/masked_batches.hpp"
#include "train/model_files.hpp"
#include "train/new_model.hpp"
#include "train/token_objective.hpp"

namespace nlp::train_command {
namespace {

namespace fs = std::filesystem;

struct MaskOptions {
  explicit MaskOptions(cli::App& app) {
    const auto share = [&](const char* name, double& value, const char* text) {
      app.add_option(name, value, text)
          ->type_name("X")
          ->check(CLI::Range(0.0, 1.0))
          ->capture_default_str()
          ->group("Masking");
    };
    share("--probability", policy.probability, "Share of the tokens that are to be guessed");
    share("--keep", policy.keep, "Share of these that stay as they are");
    share("--random", policy.random, "Share of these that become another token");
    auto* words = app.add_flag("--whole-word", whole_word, "All tokens of a word or none");
    auto* spans = app.add_flag("--span", span, "Runs of whole words");
    words->excludes(spans)->group("Masking");
    spans->group("Masking");
    app.after_parse([this] {
      if (whole_word) policy.unit = mask::Policy::Unit::word;
      if (span) policy.unit = mask::Policy::Unit::span;
    });
  }

  mask::Policy policy;
  bool whole_word = false, span = false;
};

// From where the run begins: a checkpoint, or sizes and a tokenizer.
struct Beginning {
  explicit Beginning(cli::App& app) : model(app) {
    app.add_option("--tokenizer", tokenizer,
                   "Begin anew with this tokenizer.json, or its directory")
        ->type_name("FILE")
        ->group("Begin anew");
    app.add_option("--config", config, "… and the sizes of this config.json")
        ->type_name("FILE")
        ->group("Begin anew");
    const auto size = [&](const char* name, std::int64_t& value, const char* text) {
      app.add_option(name, value, text)
          ->type_name("N")
          ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 20))
          ->capture_default_str()
          ->group("Begin anew");
    };
    size("--layers", sizes.layers, "… or of so many layers");
    size("--hidden", sizes.hidden_size, "Width of a token's row");
    size("--heads", sizes.heads, "Heads of attention");
    size("--intermediate", sizes.intermediate_size, "Width within the feed-forward");
    size("--positions", sizes.positions, "The most tokens of a text");
  }

  // Makes the directory of the model; tells where its numbers come from.
  train::ModelPlan begin(const cli::TrainOptions& options) {
    train::ModelPlan plan;
    plan.source = options.directory();
    plan.fresh = true;
    plan.head = model::Head::masked_lm;
    plan.type = options.type();
    plan.seed = options.seed();
    if (options.resume()) return plan;
    if (tokenizer.empty()) {
      plan.source = model.named_directory();
      plan.fresh = false;
      train::begin_directory(plan.source, options.directory());
      return plan;
    }
    train::begin_model(tokenizer, config, sizes, options.directory());
    return plan;
  }

  cli::ModelOptions model;
  std::string tokenizer, config;
  train::ModelSizes sizes;
};

}  // namespace

int mlm(int argc, char** argv) {
  cli::App app("train mlm");
  Beginning beginning(app);
  MaskOptions masking(app);
  cli::TrainOptions options(app, {});
  std::vector<std::string> names;
  bool lines = false;
  app.add_option("TEXT", names, "Text files, directories of them, or - for stdin")->type_name("");
  app.add_flag("--lines", lines, "Each line is a text of its own")->group("Training");

  return app.run(argc, argv, [&] {
    if (names.empty()) names.push_back("-");
    const cli::TextSources sources(names);
    const train::ModelPlan plan = beginning.begin(options);
    const auto tokenizer = cli::open_tokenizer(app, options.directory());
    masking.policy.seed = options.seed();
    const train::Masker masker(tokenizer, masking.policy);
    const Json recipe = {{"--probability", masking.policy.probability},
                         {"--keep", masking.policy.keep},
                         {"--random", masking.policy.random},
                         {"--whole-word", masking.whole_word},
                         {"--span", masking.span},
                         {"--lines", lines}};
    train::CorpusOptions corpus_options;
    corpus_options.files = sources.files();
    corpus_options.max_tokens = static_cast<std::size_t>(options.max_length());
    corpus_options.seed = options.seed();
    corpus_options.threads = options.threads();
    corpus_options.line_by_line = lines;
    train::Corpus corpus(tokenizer, corpus_options);
    train::CorpusBatches batches(corpus, masker, options.batch_tokens(), options.max_length());
    train::TrainedModel model(plan);
    options.freeze(model);
    train::Trainer trainer(model, options.trainer());
    train::TokenObjective objective(*model.head(), {options.smoothing(), false});
    options.run(model, trainer, objective, batches, options.loop(recipe));
  });
}

}  // namespace nlp::train_command
