// nlp train mlm - learn a language by guessing masked words.  Manual: man/train-mlm.txt
#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/example_records.hpp"
#include "cli/model_store.hpp"
#include "cli/opened.hpp"
#include "cli/options.hpp"
#include "cli/text_sources.hpp"
#include "cli/train_options.hpp"
#include "model/config.hpp"
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
      all.push_back(app.add_option(name, value, text)
                        ->type_name("X")
                        ->range(0.0, 1.0)
                        ->capture_default_str()
                        ->group("Masking"));
      return all.back();
    };
    share("--probability", policy.probability, "Share of the tokens that are to be guessed");
    share("--keep", policy.keep, "Share of these that stay as they are");
    share("--random", policy.random, "Share of these that become another token");
    auto* subsampling =
        share("--subsample", subsample,
              "Tokens of a larger share of the text than this are hidden less often, by the root "
              "of it over their share; 0: none are");
    auto* words = app.add_flag("--whole-word", whole_word, "All tokens of a word or none");
    auto* spans = app.add_flag("--span", span, "Runs of whole words");
    words->excludes(spans)->excludes(subsampling)->group("Masking");
    spans->excludes(subsampling)->group("Masking");
    all.insert(all.end(), {words, spans});
    app.after_parse([this] {
      if (whole_word) policy.unit = mask::Policy::Unit::word;
      if (span) policy.unit = mask::Policy::Unit::span;
    });
  }

  Json recipe(bool lines, bool masked) const {
    return {{"--probability", policy.probability},
            {"--keep", policy.keep},
            {"--random", policy.random},
            {"--subsample", subsample},
            {"--whole-word", whole_word},
            {"--span", span},
            {"--lines", lines},
            {"--masked", masked}};
  }

  std::vector<cli::Option*> all;
  mask::Policy policy;
  double subsample = 0;
  bool whole_word = false, span = false;
};

// Text that is masked anew in each epoch.
class TextBatches final : public train::Batches {
 public:
  TextBatches(const cli::InputOptions& input, const tokenizer::Tokenizer& tokenizer,
              const cli::TrainOptions& options, const MaskOptions& masking, bool lines)
      : sources_(input.files),
        corpus_(tokenizer, corpus_options(options, lines)),
        masker_(tokenizer, masking.policy, chances(masking.subsample)),
        batches_(corpus_, masker_, options.batch_tokens(), options.max_length()) {}

  bool next(std::vector<train::Example>& batch) override { return batches_.next(batch); }
  double epochs() const override { return batches_.epochs(); }
  Json position() const override { return batches_.position(); }
  void seek(const Json& position) override { batches_.seek(position); }
  std::uint64_t repaired() const override { return corpus_.repaired(); }

 private:
  train::CorpusOptions corpus_options(const cli::TrainOptions& options, bool lines) const {
    train::CorpusOptions corpus;
    corpus.files = sources_.files();
    corpus.max_tokens = static_cast<std::size_t>(options.max_length());
    corpus.seed = options.seed();
    corpus.threads = options.threads();
    corpus.line_by_line = lines;
    return corpus;
  }

  cli::TextSources sources_;
  std::vector<double> chances(double threshold) const {
    return threshold > 0 ? train::subsampling(corpus_.token_shares(), threshold)
                         : std::vector<double>{};
  }

  train::Corpus corpus_;
  train::Masker masker_;
  train::CorpusBatches batches_;
};

// Records that were masked before.
std::unique_ptr<train::Batches> record_batches(const cli::InputOptions& input,
                                               const tokenizer::Tokenizer& tokenizer,
                                               const cli::TrainOptions& options) {
  const auto records = std::make_shared<cli::ExampleRecords>(input, tokenizer);
  return std::make_unique<train::StreamBatches>(
      [records](train::Example& dst) { return records->next(dst); }, options.batch_tokens());
}

// From where the run begins: a checkpoint, or sizes and a tokenizer.
struct Beginning {
  explicit Beginning(cli::App& app) : model(app) {
    auto* anew = app.add_option("--tokenizer", tokenizer,
                                "Begin anew with this tokenizer.json, or its directory")
                     ->type_name("FILE")
                     ->excludes(model.option())
                     ->group("Begin anew");
    auto* configured = app.add_option("--config", config, "… and the sizes of this config.json")
                           ->type_name("FILE")
                           ->needs(anew)
                           ->group("Begin anew");
    const auto size = [&](const char* name, std::int64_t& value, const char* text) {
      app.add_option(name, value, text)
          ->type_name("N")
          ->range(std::int64_t{1}, std::int64_t{1} << 20)
          ->capture_default_str()
          ->needs(anew)
          ->excludes(configured)
          ->group("Begin anew");
    };
    size("--layers", sizes.layers, "… or of so many layers");
    size("--hidden", sizes.hidden_size, "Width of a token's row");
    size("--heads", sizes.heads, "Heads of attention");
    size("--intermediate", sizes.intermediate_size, "Width within the feed-forward");
    size("--positions", sizes.positions, "The most tokens of a text");
  }

  // Makes the directory of the model; tells where its numbers come from.
  train::ModelPlan begin(cli::TrainOptions& options) {
    if (!options.resume()) train::refuse_state(options.directory());
    train::ModelPlan plan;
    plan.source = options.directory();
    plan.head = model::Head::masked_lm;
    plan.type = options.type();
    plan.seed = options.seed();
    if (!options.resume() && tokenizer.empty()) {
      plan.source = model.directory();
      train::begin_directory(plan.source, options.directory());
    } else if (!options.resume()) {
      plan.fresh = true;
      train::begin_model(tokenizer, config, sizes, options.directory());
    }
    if (options.resume()) train::require_state(options.directory());
    options.fit_max_length(model::read_config(plan.source).max_tokens);
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
  cli::InputOptions input(app, {.files_only = true});
  bool lines = false, masked = false;
  auto* by_line = app.add_flag("--lines", lines, "Each line is a text of its own")->group("Input");
  auto* records =
      app.add_flag(
             "--masked", masked,
             "FILE are records of tokens with labels, as nlp mask --probability writes them, seen "
             "once and in order")
          ->excludes(by_line)
          ->group("Input");
  for (cli::Option* option : masking.all) records->excludes(option);

  return app.run(argc, argv, [&] {
    if (masked) input.read_ids();
    const train::ModelPlan plan = beginning.begin(options);
    const auto tokenizer = cli::open_tokenizer(app, options.directory());
    masking.policy.seed = options.seed();
    const std::unique_ptr<train::Batches> batches =
        masked ? record_batches(input, tokenizer, options)
               : std::make_unique<TextBatches>(input, tokenizer, options, masking, lines);
    train::TrainedModel model(plan);
    options.freeze(model);
    train::Trainer trainer(model, options.trainer());
    train::TokenObjective objective(*model.head(), {options.smoothing(), false});
    options.run(model, trainer, objective, *batches, options.loop(masking.recipe(lines, masked)));
    app.messages().warn_of_repaired(batches->repaired());
  });
}

}  // namespace nlp::train_command
